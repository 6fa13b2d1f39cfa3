/** In the place of the image library that some codecs write maps with (renderer/vite.config.ts): the page of a device has none. */
export const greyPictures = {
  available: (): boolean => false,
  write: absent,
  read: absent,
};

function absent(): never {
  throw new Error('A browser has no image library.');
}
