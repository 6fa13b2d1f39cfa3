import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SluiceError } from '../errors.ts';
import { visible } from '../visible.ts';

/** Notes what happened to the lab itself, for whoever has to find out why; users are told elsewhere. */
export type LabLog = (text: string, error?: unknown) => void;

const largest = 4 * 2 ** 20;

/** Opens the `lab.log` of a home folder. A long one is put aside as `lab.log.1` first. */
export function openLabLog(home: string): LabLog {
  const path = join(home, 'lab.log');
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largest) renameSync(path, `${path}.1`);
  return (text, error) => {
    const details = error === undefined ? '' : `: ${describe(error)}`;
    try {
      appendFileSync(path, visible(`${new Date().toISOString()} ${text}${details}\n`));
    } catch {
      // A full disk: what was to be noted is less than what the user is told.
    }
  };
}

/** Of the user's errors the message says all; of all others the stack says where. */
function describe(error: unknown): string {
  if (error instanceof SluiceError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
