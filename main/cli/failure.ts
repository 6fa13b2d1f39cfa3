import { CommanderError } from 'commander';
import { fullDisk, isDiskFull } from '../disk.ts';
import { codeOf, messageOf, SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { note } from './format.ts';

/** What the process says when it ends: 0 is well. */
export const exitCodes = { failed: 1, misused: 2, stopped: 130 } as const;

/** Errors that are about what was asked for, not about what came of it. */
const misuse = new Set([
  'bad-usage',
  'bad-input',
  'chart-unknown',
  'source-unknown',
  'nothing-to-draw',
  'font-unknown',
  'bad-blas',
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
  'search-unknown',
  'search-busy',
  'run-unknown',
  'run-ambiguous',
  'run-status',
  'run-busy',
  'no-weights',
  'folder-not-empty',
  'set-unknown',
  'set-exists',
  'set-too-large',
  'onnx-too-large',
  'budget-missing',
  'level-chance',
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
  'archive-unknown',
  'import-empty',
  'engine-unknown',
  'engine-missing',
  'engine-not-offered',
  'python-unusable',
  'set-other',
  'image-size',
  'classes-differ',
  'tensorflow-missing',
  'tensorflow-version',
  'tensorflow-without-cuda',
  'onnxruntime-missing',
  'runtime-unsuited',
]);

/** Tells the user what went wrong and returns the exit code for it. With SLUICE_DEBUG=1 the stack comes too. */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.misused;
  // Whoever read the output has seen enough.
  if (codeOf(error) === 'EPIPE') return 0;
  const debug = process.env['SLUICE_DEBUG'] === '1';
  const text = explanation(error);
  note(`error: ${debug && error instanceof Error ? (error.stack ?? error.message) : (text ?? messageOf(error))}`);
  if (text === null && !debug) note('This should not happen. SLUICE_DEBUG=1 shows where it did.');
  return error instanceof SluiceError && misuse.has(error.code) ? exitCodes.misused : exitCodes.failed;
}

/** Codes of Node for a part that is not there, or not for this platform. */
const missingParts = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** What a user, a disk or a machine can cause, in words; null for what is a fault of Sluice. */
function explanation(error: unknown): string | null {
  if (isDiskFull(error)) return fullDisk(sluiceHome());
  if (error instanceof SluiceError || (error instanceof Error && 'syscall' in error)) return error.message;
  if (!(error instanceof Error)) return null;
  const [first] = error.message.split('\n');
  if (missingParts.has(codeOf(error) ?? '')) {
    return `A part of Sluice cannot be loaded (${first}). Install Sluice again, on this platform and with this Node.`;
  }
  // What V8 says of an array that no memory is left for; from another process it comes as a plain error.
  if (/array (buffer )?(length|allocation)|allocation failed/i.test(first)) {
    return `There is not enough memory (${first}). Take a narrower network, smaller images or a smaller batch.`;
  }
  return null;
}
