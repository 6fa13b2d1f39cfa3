import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exitCodes, reportFailure } from '../../../main/cli/failure.ts';
import { SluiceError } from '../../../main/errors.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** The exit code of an error, and what is told of it. */
function reported(error: unknown): { code: number; told: string } {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  return { code: reportFailure(error), told: written.join('') };
}

const withCode = (code: string, message = 'native words', more: object = {}): Error =>
  Object.assign(new Error(message), { code, ...more });

describe('the exit code', () => {
  it.each([
    ...[
      'bad-usage',
      'bad-input',
      'bad-blas',
      'bad-experiment',
      'bad-setting',
      'bad-file',
      'unknown-preset',
      'no-small-variant',
    ],
    ...['chart-unknown', 'source-unknown', 'nothing-to-draw', 'font-unknown'],
    ...['bad-module', 'bad-split', 'images-too-small', 'model-unknown', 'samples-exceeded'],
    ...['run-unknown', 'run-ambiguous', 'run-status', 'run-busy', 'no-weights', 'folder-not-empty'],
    ...['dataset-unknown', 'dataset-missing', 'dataset-exists', 'dataset-built-in', 'name-invalid', 'name-missing'],
    ...['listen-insecure', 'lab-exposed', 'limits-invalid', 'certificate-unreadable', 'url-invalid'],
    ...['file-missing', 'format-unknown', 'layout-unknown', 'import-empty'],
  ])('is 2 for what was asked for wrongly: %s', (code) => {
    expect(reported(new SluiceError(code, 'Do it otherwise.'))).toEqual({ code: 2, told: 'error: Do it otherwise.\n' });
  });

  it('is 1 for what came of it otherwise', () => {
    for (const code of ['server-unreachable', 'diverged', 'dataset-damaged', 'disk-full']) {
      expect(reported(new SluiceError(code, 'It did not work.')).code).toBe(1);
    }
  });

  it('is that of the command line for options', () => {
    expect(reported(new CommanderError(0, 'commander.help', ''))).toEqual({ code: 0, told: '' });
    expect(reported(new CommanderError(1, 'commander.unknownOption', '')).code).toBe(2);
  });

  it('is 0 where the reader of the output has seen enough', () => {
    expect(reported(withCode('EPIPE', 'write EPIPE', { syscall: 'write' }))).toEqual({ code: 0, told: '' });
  });

  it('has a value of its own for what was stopped', () => {
    expect(exitCodes).toEqual({ failed: 1, misused: 2, stopped: 130 });
  });
});

describe('an error', () => {
  it('that is none of the user’s is told as such, with its stack where that is wanted', () => {
    const error = new TypeError('x is not a function');
    expect(reported(error).told).toBe(
      'error: x is not a function\nThis should not happen. SLUICE_DEBUG=1 shows where it did.\n',
    );
    vi.stubEnv('SLUICE_DEBUG', '1');
    expect(reported(error).told).toBe(`error: ${error.stack}\n`);
  });

  it.each([
    [withCode('EACCES', "EACCES: permission denied, open '/x'", { syscall: 'open' }), /^error: EACCES: .*'\/x'\n$/],
    [
      withCode('ENOSPC', 'ENOSPC: no space left', { syscall: 'write' }),
      /^error: There is no space left on the disk of /,
    ],
    [withCode('SQLITE_FULL', 'database or disk is full'), /^error: There is no space left on the disk of /],
    [
      withCode('MODULE_NOT_FOUND', "Cannot find module '@libsql/linux'\nRequire stack"),
      /@libsql\/linux'\)\. Install Sluice again/,
    ],
    [withCode('ERR_DLOPEN_FAILED', 'invalid ELF header'), /cannot be loaded \(invalid ELF header\)/],
    [
      new RangeError('Invalid typed array length: 6291456000'),
      /^error: There is not enough memory .* smaller batch\.\n$/,
    ],
    [new Error('Array buffer allocation failed'), /^error: There is not enough memory/],
  ])('of a machine is told in words: %s', (error, words) => {
    const { code, told } = reported(error);
    expect(code).toBe(1);
    expect(told).toMatch(words);
    expect(told).not.toContain('should not happen');
  });
});
