import type { ExportedFile } from '../../main/api.ts';

/** Puts a file where the user wants it: the desktop app asks for the place, a browser has its folder of downloads. */
export async function saveFile({ name, type, data }: ExportedFile): Promise<void> {
  if (window.sluice) {
    await window.sluice.saveFile(name, type, data);
    return;
  }
  const url = URL.createObjectURL(new Blob([new Uint8Array(data)], { type }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The download has begun with the click; the bytes are free to go once it has them.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
