import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { heartbeatFile, type Beat } from './heartbeat.ts';

/** After so long without a beat a process on another machine is taken for dead. */
const staleMs = 30_000;

const beatSchema: z.ZodType<Beat> = z.object({
  host: z.string(),
  pid: z.int(),
  startedAt: z.string(),
  beat: z.int(),
});

/** The process on another machine that executes a run, as its heartbeat shows; null when there is none. */
export function executorElsewhere(runFolder: string): Beat | null {
  const last = lastBeat(runFolder);
  return last && last.host !== hostname() && isFresh(runFolder, last.at) ? last : null;
}

/** Whether a run's heartbeat goes on, wherever the process is: all that shows it where nothing may be written. */
export function isBeating(runFolder: string): boolean {
  const last = lastBeat(runFolder);
  return last !== null && isFresh(runFolder, last.at);
}

/** A time far ahead is of no process that goes on: the folder was copied. */
function isFresh(runFolder: string, writtenAt: number): boolean {
  return Math.abs(timeIn(runFolder) - writtenAt) < staleMs;
}

/** The last beat, and when the file was written. */
function lastBeat(runFolder: string): (Beat & { readonly at: number }) | null {
  try {
    const handle = openSync(heartbeatFile(runFolder), 'r');
    try {
      // Of the open file: of one that is not opened a network mount may tell what it remembers.
      const { mtimeMs } = fstatSync(handle);
      return { ...beatSchema.parse(JSON.parse(readFileSync(handle, 'utf8'))), at: mtimeMs };
    } finally {
      closeSync(handle);
    }
  } catch {
    // There is none, or it is just being written for the first time.
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
