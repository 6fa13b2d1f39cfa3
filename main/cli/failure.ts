import { CommanderError } from 'commander';
import { messageOf, SluiceError } from '../errors.ts';
import { note } from './format.ts';

/** What the process says when it ends: 0 is well. */
export const exitCodes = { failed: 1, misused: 2, stopped: 130 } as const;

/** Errors that are about what was asked for, not about what came of it. */
const misuse = new Set([
  'bad-usage',
  'chart-unknown',
  'bad-experiment',
  'bad-setting',
  'bad-file',
  'unknown-preset',
  'no-small-variant',
  'bad-module',
  'bad-split',
  'images-too-small',
  'model-unknown',
  'samples-exceeded',
  'run-unknown',
  'run-ambiguous',
  'run-status',
  'run-busy',
  'no-weights',
  'folder-not-empty',
  'dataset-unknown',
  'dataset-missing',
  'dataset-exists',
  'dataset-built-in',
  'name-invalid',
  'name-missing',
  'listen-insecure',
  'lab-exposed',
  'limits-invalid',
  'certificate-unreadable',
  'url-invalid',
  'connect-insecure',
  'file-missing',
  'format-unknown',
  'layout-unknown',
  'import-empty',
]);

/** Tells the user what went wrong and returns the exit code for it. With SLUICE_DEBUG=1 the stack comes too. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.misused;
  // Whoever read the output has seen enough.
  if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 0;
  const debug = process.env['SLUICE_DEBUG'] === '1';
  note(`error: ${debug && error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
  const explained = error instanceof SluiceError || (error instanceof Error && 'syscall' in error);
  if (!explained && !debug) note('This should not happen. SLUICE_DEBUG=1 shows where it did.');
  return error instanceof SluiceError && misuse.has(error.code) ? exitCodes.misused : exitCodes.failed;
}
