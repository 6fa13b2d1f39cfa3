import { stat } from 'node:fs/promises';
import { extract } from 'tar';
import type { ReadEntry } from 'tar';
import type { Admit } from './archive.ts';

const types: Readonly<Record<string, string>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  GNUDumpDir: 'folder',
};

/** Unpacks a tar, gzipped or not. Rejects with what `admit` throws, or with why the archive cannot be read. */
export async function untar(
  path: string,
  into: string,
  admit: Admit,
  onProgress: (done: number, total: number | null) => void,
): Promise<void> {
  const total = /\.tar$/i.test(path) ? (await stat(path)).size : null;
  let done = 0;
  let refusal: { readonly error: unknown } | undefined;
  const filter = (name: string, entry: ReadEntry | object): boolean => {
    const { type, size } = entry as ReadEntry;
    try {
      // The library goes on to the end whatever a filter does.
      if (refusal || !admit({ name, type: types[type] ?? type, size })) return false;
    } catch (error) {
      refusal = { error };
      return false;
    }
    done += size;
    onProgress(done, total);
    return true;
  };
  try {
    await extract({ file: path, cwd: into, strict: true, preserveOwner: false, noMtime: true, filter });
  } finally {
    if (refusal) throw refusal.error;
  }
}
