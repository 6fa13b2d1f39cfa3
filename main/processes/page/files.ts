import { readdirSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';

/** A file of the window as it is sent. */
export interface ServedFile {
  readonly content: Buffer;
  readonly type: string;
  /** Whether its name changes with its content. */
  readonly hashed: boolean;
}

export interface WindowFiles {
  /** The file at the path of a URL; null where there is none. */
  read(path: string): Promise<ServedFile | null>;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** Where the window is built to. */
export function windowFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('#package')), 'dist', 'renderer');
}

/**
 * The files below a folder by their URLs: what is not among them cannot be asked for, whatever the path. The page itself
 * is looked for anew each time, and all others with it, so that a new build is served at once.
 */
export function windowFiles(folder: string): WindowFiles {
  let known = listFiles(folder);
  return {
    read: async (path) => {
      if (path === '/') known = listFiles(folder);
      const file = known.get(path === '/' ? '/index.html' : path);
      if (file === undefined) return null;
      const type = types[extname(file)] ?? 'application/octet-stream';
      return { content: await readFile(file), type, hashed: path.startsWith('/assets/') };
    },
  };
}

function listFiles(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, path]));
}
