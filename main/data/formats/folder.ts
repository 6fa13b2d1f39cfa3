import { imagenetNormalisation } from '../catalogue.ts';
import { SluiceError } from '../../errors.ts';
import { decodeImage, imagesAtOnce, imageSize } from '../images.ts';
import type { DecodedImage } from '../images.ts';
import { mapAtOnce } from '../at-once.ts';
import type { OnProgress } from '../progress.ts';
import { divideImages, isImage } from './division.ts';
import type { LabelledImage } from './division.ts';
import type { Chunk, DecodedSplit, FileSplit, Format } from './format.ts';

/**
 * A folder of images, `<class>/<image>`, JPEG or PNG. Small images are decoded once, at import, and must have one
 * size; when the first is larger than `largestDecoded` all stay files, cut to 224×224 whenever they are needed.
 */

const largestDecoded = 128;
const imagesPerChunk = 256;

/** Height and width of the images that files are cut to. */
export const croppedTo = 224;

async function* decode(
  images: readonly LabelledImage[],
  size: number | undefined,
  first: DecodedImage,
): AsyncGenerator<Chunk> {
  const bytes = first.height * first.width * 3;
  for (let from = 0; from < images.length; from += imagesPerChunk) {
    const part = images.slice(from, from + imagesPerChunk);
    const pixels = new Uint8Array(part.length * bytes);
    await mapAtOnce(part, imagesAtOnce, async ({ file }, i) => {
      const image = await decodeImage(file, size);
      if (image.height !== first.height || image.width !== first.width) {
        throw new SluiceError(
          'image-size',
          `${file.label} is ${image.width}×${image.height} pixels, the first image ${first.width}×${first.height}. ` +
            'Bring all to one size, for instance with --size 32.',
        );
      }
      pixels.set(image.pixels, i * bytes);
    });
    yield { pixels, labels: Uint16Array.from(part, ({ label }) => label) };
  }
}

/** The images as files, after a look at every header. */
export async function keepFiles(
  part: 'train' | 'test',
  images: readonly LabelledImage[],
  onProgress: OnProgress | undefined,
): Promise<FileSplit> {
  let done = 0;
  await mapAtOnce(images, imagesAtOnce, async ({ file }) => {
    await imageSize(file);
    onProgress?.({ step: 'import', item: part, done: ++done, total: images.length, unit: 'images' });
  });
  return { files: images.map(({ file }) => file), labels: Uint16Array.from(images, ({ label }) => label) };
}

export const folder: Format = {
  name: 'folder',
  layout: 'a folder of images: <class>/<image>.jpg or .png, below train and test (or val) folders or without',
  recognises: (files) => files.some(isImage),
  read: async (files, { size, onProgress }) => {
    if (size !== undefined && !(size >= 1 && size <= largestDecoded)) {
      throw new SluiceError(
        'bad-usage',
        `size is ${size}, expected 1 to ${largestDecoded}. Larger images need no size: they stay files, cut to ${croppedTo} pixels.`,
        { path: 'size' },
      );
    }
    const { classes, train, test, notes } = divideImages(files);
    const first = await decodeImage(train[0].file, size);
    if (size === undefined && Math.max(first.width, first.height) > largestDecoded) {
      const content = {
        kind: 'files' as const,
        train: await keepFiles('train', train, onProgress),
        test: await keepFiles('test', test, onProgress),
      };
      return {
        shape: [croppedTo, croppedTo, 3],
        classes,
        normalisation: imagenetNormalisation,
        flip: true,
        notes,
        content,
      };
    }
    const split = (images: readonly LabelledImage[]): DecodedSplit => ({
      samples: images.length,
      chunks: () => decode(images, size, first),
    });
    const content = { kind: 'pixels' as const, train: split(train), test: split(test) };
    return { shape: [first.height, first.width, 3], classes, normalisation: null, flip: true, notes, content };
  },
};
