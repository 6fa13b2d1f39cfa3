import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forgetBuilt, isCurrent, noteBuilt, sourcesOf, type Part } from '../../../scripts/parts.ts';
import { temporaryFolder } from '../../support/run-store.ts';

const part: Part = { script: 'build:part', sources: ['sources'], built: ['dist/part'] };

/** A repository in which a part was just built, and what writes a file of it. */
function built(): { root: string; write: (path: string, text: string) => void } {
  const root = temporaryFolder();
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const name of ['package.json', 'package-lock.json', 'tsconfig.json']) write(name, '{}');
  write('sources/a.ts', 'first');
  write('dist/part/a.js', 'first');
  noteBuilt(part, sourcesOf(part, root), root);
  return { root, write };
}

it('what was built of the sources as they are is not built again', () => {
  const { root, write } = built();
  expect(isCurrent(part, root)).toBe(true);
  write('sources/a.ts', 'first');
  expect(isCurrent(part, root)).toBe(true);
});

it.each<[string, (root: string, write: (path: string, text: string) => void) => void]>([
  ['a source changed', (_, write) => write('sources/a.ts', 'other')],
  ['a source was added', (_, write) => write('sources/deep/b.ts', '')],
  ['a source was removed', (root) => rmSync(join(root, 'sources/a.ts'))],
  ['a package changed', (_, write) => write('package-lock.json', '{"a":1}')],
  ['something else wrote what is built', (_, write) => write('dist/part/a.js', 'other')],
  ['what was built is gone', (root) => rmSync(join(root, 'dist'), { recursive: true })],
  ['a build did not end', (root) => forgetBuilt(part, root)],
])('is built when %s', (_, change) => {
  const { root, write } = built();
  change(root, write);
  expect(isCurrent(part, root)).toBe(false);
});

it('is built again when a source changes while it is built', () => {
  const { root, write } = built();
  const before = sourcesOf(part, root);
  write('sources/a.ts', 'later');
  noteBuilt(part, before, root);
  expect(isCurrent(part, root)).toBe(false);
});
