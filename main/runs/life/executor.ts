import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { beatBytes, heartbeatFile, type Beat } from './heartbeat.ts';

/** After so long without a beat a process on another machine is taken for dead. */
const staleMs = 30_000;

const beatSchema: z.ZodType<Beat> = z.object({
  host: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  beat: z.int(),
});

/** What a run's heartbeat file says, and when it was written. */
interface LastBeat {
  /** Null where it cannot be read: then nobody knows who writes it. */
  readonly beat: Beat | null;
  readonly at: number;
}

/** Who executes a run that this machine does not execute. */
export interface Elsewhere {
  /** Null where the heartbeat goes on and cannot be read. */
  readonly host: string | null;
}

/** The process on another machine than `host` that executes a run, as its heartbeat shows; null when there is none. */
export function executorElsewhere(
  runFolder: string,
  { host = hostname(), file = heartbeatFile(runFolder) } = {},
): Elsewhere | null {
  const last = lastBeat(file);
  if (!last || last.beat?.host === host || !isFresh(runFolder, last.at)) return null;
  return { host: last.beat?.host ?? null };
}

/** Whether a run's heartbeat goes on, wherever the process is: all that shows it where nothing may be written. */
export function isBeating(runFolder: string): boolean {
  const last = lastBeat(heartbeatFile(runFolder));
  return last !== null && isFresh(runFolder, last.at);
}

/** A time far ahead is of no process that goes on: the folder was copied. */
function isFresh(runFolder: string, writtenAt: number): boolean {
  return Math.abs(timeIn(runFolder) - writtenAt) < staleMs;
}

/** The last beat in a file; null when there is none. */
function lastBeat(file: string): LastBeat | null {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    // Of the open file: of one that is not opened a network mount may tell what it remembers.
    const facts = fstatSync(handle);
    return facts.isFile() ? { beat: beatIn(handle), at: facts.mtimeMs } : null;
  } finally {
    closeSync(handle);
  }
}

/** Null for what is none, as in a file that is just being written for the first time. */
function beatIn(handle: number): Beat | null {
  try {
    // What another program left behind the first line is never written over.
    return beatSchema.parse(JSON.parse(readFileSync(handle, 'utf8').slice(0, beatBytes)));
  } catch {
    return null;
  }
}

/** The time by the clock that dates the files of a folder, in ms. A file server has one of its own. */
function timeIn(folder: string): number {
  const probe = join(folder, `probe-${randomUUID()}`);
  try {
    writeFileSync(probe, '-');
    return statSync(probe).mtimeMs;
  } catch {
    // Nothing can be written here: this machine's clock has to do.
    return Date.now();
  } finally {
    if (existsSync(probe)) rmSync(probe, { force: true });
  }
}
