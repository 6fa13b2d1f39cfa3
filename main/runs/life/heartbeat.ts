import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { startThread } from '../../entry.ts';

/**
 * Who executes a run, in `heartbeat.json` of its folder: written about once a second, so that machines that share the
 * folder see that it goes on. A lock of the operating system need not be seen there.
 */
export interface Beat {
  readonly host: string;
  readonly pid: number;
  /** When the process began to execute the run, by its clock, ISO 8601. */
  readonly startedAt: string;
  /** How often it was written since. */
  readonly beat: number;
}

/** What the thread is given that writes the beats (heartbeat-worker.ts). */
export interface HeartbeatData extends Omit<Beat, 'beat'> {
  readonly file: string;
}

export interface Heartbeat {
  /** Ends it and removes the file: nobody executes the run any more. */
  stop(): Promise<void>;
}

export function heartbeatFile(runFolder: string): string {
  return join(runFolder, 'heartbeat.json');
}

/**
 * Goes on saying that this process executes a run, once it has claimed it. The beats come from a thread of their own,
 * as a training may compute for minutes without a turn of the event loop.
 */
export function keepBeating(data: HeartbeatData): Heartbeat {
  const thread = startThread(import.meta.url, './heartbeat-worker.ts', data);
  thread.unref();
  // Without it other machines take the run for dead; here the lock decides.
  thread.on('error', () => undefined);
  return {
    async stop() {
      await thread.terminate();
      attempt(() => rmSync(data.file, { force: true }));
    },
  };
}

/** Each beat is written over the one before it, all of one length: that is seen at once through a file server. */
export const beatBytes = 512;

export function beatText({ host, pid, startedAt }: HeartbeatData, beat: number): string {
  return `${JSON.stringify({ host, pid, startedAt, beat } satisfies Beat).padEnd(beatBytes - 1)}\n`;
}

/** Writes a beat. That it cannot be written, as on a full disk, is no reason to end a run. */
export function writeBeat(data: HeartbeatData, beat: number): void {
  attempt(() => {
    const handle = openSync(data.file, constants.O_WRONLY | constants.O_CREAT);
    try {
      writeSync(handle, beatText(data, beat), 0);
    } finally {
      closeSync(handle);
    }
  });
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The beats are for others; what keeps a run from being recorded is told where its records are written.
  }
}
