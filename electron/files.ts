import { readFile, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { BrowserWindow, Dialog, FileFilter, OpenDialogOptions } from 'electron';
import { messageOf, SluiceError } from '../main/errors.ts';
import { utf8Text } from '../main/json.ts';

/** An experiment is a few kilobytes; nobody should wait for a film to be read as one. */
const largestText = 16e6;

const kinds: Readonly<Record<string, string>> = {
  '.csv': 'Table',
  '.html': 'Report',
  '.json': 'Experiment or results',
  '.pdf': 'Document',
  '.png': 'Picture',
  '.svg': 'Drawing',
  '.zip': 'Archive',
};

/** Asks where to save a file and writes it there; false when the user thought better of it. */
export async function saveFile(
  dialog: Pick<Dialog, 'showSaveDialog'>,
  window: BrowserWindow,
  file: { name: string; data: Uint8Array; folder: string },
): Promise<boolean> {
  const name = basename(file.name);
  const extension = extname(name);
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(file.folder, name),
    filters: [{ name: kinds[extension] ?? 'File', extensions: [extension.slice(1) || '*'] }],
  });
  if (canceled || !filePath) return false;
  try {
    await writeFile(filePath, file.data);
  } catch (error) {
    throw new SluiceError('cannot-write', `${filePath} could not be written: ${messageOf(error)}`, { cause: error });
  }
  return true;
}

/** Asks for a text file and reads it. */
export async function openFile(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: BrowserWindow,
  filters: FileFilter[],
): Promise<{ name: string; text: string } | null> {
  const path = await pick(dialog, window, { properties: ['openFile'], filters });
  if (path === null) return null;
  const { size } = await stat(path);
  if (size > largestText) {
    const text = `${basename(path)} has ${(size / 1e6).toFixed(0)} MB; at most ${largestText / 1e6} MB are read.`;
    throw new SluiceError('too-large', text);
  }
  try {
    return { name: basename(path), text: utf8Text(await readFile(path)) };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    throw new SluiceError(error.code, `${basename(path)} ${error.message}.`, { cause: error });
  }
}

/** Asks for something to import. */
export function pickPath(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: BrowserWindow,
  kind: 'folder' | 'file',
): Promise<string | null> {
  return pick(dialog, window, { properties: [kind === 'folder' ? 'openDirectory' : 'openFile'] });
}

async function pick(
  dialog: Pick<Dialog, 'showOpenDialog'>,
  window: BrowserWindow,
  options: OpenDialogOptions,
): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, options);
  return canceled ? null : (filePaths[0] ?? null);
}
