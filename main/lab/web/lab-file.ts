import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  /** What lets a browser in; the same over restarts, so that open windows come back. */
  secret: z.string().regex(/^[\w-]{43}$/),
  /** Where the lab was served last. */
  url: z.url({ protocol: /^http$/ }).nullable(),
});

export type LabFile = z.output<typeof schema>;

/** What the home folder's `lab.json` says, which only its owner can read; null where there is none to use. */
export function readLabFile(home: string): LabFile | null {
  const path = join(home, 'lab.json');
  if (!existsSync(path)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Worth nothing but to browsers that are let in anew.
    return null;
  }
}

export function writeLabFile(home: string, file: LabFile): void {
  const path = join(home, 'lab.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  // One that was left behind keeps the mode it had.
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
