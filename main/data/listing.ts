import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import type { SourceFile } from './formats/format.ts';

const deepest = 8;
const systemFiles = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);

/** All files below a folder, in order of name; hidden ones and those operating systems leave behind are no data. */
export async function listFiles(folder: string, prefix = '', depth = 0): Promise<SourceFile[]> {
  if (depth > deepest) {
    throw new SluiceError(
      'layout-unknown',
      `${folder} lies more than ${deepest} folders deep. Import the folder that holds the data set itself.`,
    );
  }
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && !systemFiles.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  let files: SourceFile[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    const isFolder = entry.isSymbolicLink() ? (await stat(path)).isDirectory() : entry.isDirectory();
    if (isFolder) files = files.concat(await listFiles(path, `${name}/`, depth + 1));
    else files.push({ path, name });
  }
  return files;
}
