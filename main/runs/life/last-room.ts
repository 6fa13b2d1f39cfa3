import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Room on the disk for the last words of a run: on a full one it could not even be said that it failed. */
export interface LastRoom {
  give(): void;
}

/** A page of the database and of its log for each thing that changes, and a line or two. */
const roomBytes = 256 * 1024;

/** Keeps some room in a run's folder until it is given away. Where there is none to be had, it does without. */
export function keepLastRoom(runFolder: string): LastRoom {
  const file = join(runFolder, 'last-room');
  try {
    // Of what no file system stores in less.
    writeFileSync(file, randomBytes(roomBytes), { flush: true });
  } catch {
    rmSync(file, { force: true });
  }
  return { give: () => rmSync(file, { force: true }) };
}
