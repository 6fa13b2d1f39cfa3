import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `dist` is made of: each part with what it is built from, by a script of package.json, and where it lies. */
export interface Part {
  readonly script: string;
  readonly sources: readonly string[];
  readonly built: readonly string[];
}

const kernels = ['main/engine/cpu/kernels', 'main/offload/codecs/kernels'];
const everywhere = ['package.json', 'package-lock.json', 'tsconfig.json'];

export const parts = {
  main: {
    script: 'build:main',
    sources: ['main', 'tsconfig.build.json', 'scripts/required.ts'],
    built: ['dist/main', 'dist/required', 'dist/.tsbuildinfo'],
  },
  desktop: {
    script: 'build:desktop',
    sources: ['electron', 'main', 'electron.vite.config.ts'],
    built: ['dist/electron', 'dist/preload'],
  },
  renderer: { script: 'build:renderer', sources: ['renderer', 'main'], built: ['dist/renderer'] },
  kernels: {
    script: 'build:kernels',
    sources: [...kernels, 'scripts/shared-backend.ts', 'scripts/codec-kernels.ts'],
    built: ['dist/kernels'],
  },
} as const satisfies Record<string, Part>;

/**
 * Whether what lies in `dist` is what this part's sources, as they are now, were built to: neither has changed since
 * `noteBuilt`, by whatever means.
 */
export function isCurrent(part: Part, root = repository): boolean {
  try {
    return readFileSync(noteOf(part, root), 'utf8') === state(part, root);
  } catch {
    return false;
  }
}

/** Before a build: what is there is no longer known. */
export function forgetBuilt(part: Part, root = repository): void {
  rmSync(noteOf(part, root), { force: true });
}

/** After a build of these sources, which are read before it: what is changed while it builds is built again. */
export function noteBuilt(part: Part, sources: string, root = repository): void {
  mkdirSync(join(root, 'dist/.parts'), { recursive: true });
  writeFileSync(noteOf(part, root), `${sources}\n${outputOf(part, root)}`);
}

const repository = fileURLToPath(new URL('..', import.meta.url));

function noteOf({ script }: Part, root: string): string {
  return join(root, 'dist/.parts', script.replace(':', '-'));
}

function state(part: Part, root: string): string {
  return `${sourcesOf(part, root)}\n${outputOf(part, root)}`;
}

/** A hash of the contents of all of a part's sources. */
export function sourcesOf({ sources }: Part, root = repository): string {
  const hash = createHash('sha256');
  for (const path of [...everywhere, ...sources].flatMap((path) => filesOf(root, path))) {
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/** Of what was built, size and time are enough: nobody else writes there on purpose. */
function outputOf({ built }: Part, root: string): string {
  const hash = createHash('sha256');
  for (const path of built.flatMap((path) => filesOf(root, path))) {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\0`);
  }
  return hash.digest('hex');
}

/** Paths of a file, or of all files in a folder, from the root, sorted. Throws when there is neither. */
function filesOf(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(join(root, name)).isFile())
    .sort();
}
