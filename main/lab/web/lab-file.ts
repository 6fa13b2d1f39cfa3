import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const session = z.object({
  /** SHA-256 of its token, so that who reads the file cannot come as this browser. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the pages that it is good for, such as `http://127.0.0.1:4460`. */
  origin: z.string(),
  /** When it was last used, at most a day late. */
  used: z.iso.datetime(),
  /** What it called itself. */
  browser: z.string().max(100).nullable().default(null),
});

const schema = z.object({
  /** What the owner of the home folder shows to the lab that is being served; another one each time. */
  secret: z.string().regex(/^[\w-]{43}$/),
  /** Where the lab was served last. */
  url: z.url({ protocol: /^http$/ }).nullable(),
  /** The browsers that were let in. */
  sessions: z.array(session).default([]),
});

export type LabFile = z.output<typeof schema>;
export type BrowserSession = z.output<typeof session>;

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

/** 256 random bits. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
