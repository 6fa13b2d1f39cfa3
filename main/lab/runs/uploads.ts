import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';

/** Files that a window hands over in pieces, as a message between window and lab has its limit. */
export interface Uploads {
  /** Adds a piece to a file, or begins one (null); returns what to call it by. Throws `upload-unknown` and `upload-too-large`. */
  add(id: string | null, name: string, data: Uint8Array): string;
  /** Where a file lies until it is dropped. Throws `upload-unknown`. */
  path(id: string): string;
  drop(id: string): void;
  close(): void;
}

const mostBytes = 2 ** 32;
const extension = /\.(zip|tar|tar\.gz|tgz)$/i;

/** They lie in a folder that is swept once this process is gone, however it ended (data/staging.ts). */
export function openUploads(home: string): Uploads {
  const folder = join(home, `.importing-${process.pid}-uploads`);
  const files = new Map<string, { readonly path: string; bytes: number }>();

  function known(id: string): { readonly path: string; bytes: number } {
    const file = files.get(id);
    if (file) return file;
    throw new SluiceError('upload-unknown', 'The lab has been started anew meanwhile. Choose the file once more.');
  }

  return {
    add(given, name, data) {
      const id = given ?? randomUUID();
      if (given === null) {
        const kind = extension.exec(name)?.[0].toLowerCase();
        if (kind === undefined) {
          const message = `${name} is no zip or tar of runs: choose what "sluice export --format zip" has written.`;
          throw new SluiceError('archive-unknown', message, { path: 'name' });
        }
        mkdirSync(folder, { recursive: true });
        files.set(id, { path: join(folder, `${id}${kind}`), bytes: 0 });
      }
      const file = known(id);
      file.bytes += data.length;
      if (file.bytes > mostBytes) {
        throw new SluiceError('upload-too-large', `${name} has more than ${mostBytes} bytes. Import it by its path.`);
      }
      appendFileSync(file.path, data);
      return id;
    },
    path: (id) => known(id).path,
    drop(id) {
      const file = files.get(id);
      files.delete(id);
      if (file) rmSync(file.path, { force: true });
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
