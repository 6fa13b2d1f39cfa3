import { readFile, stat } from 'node:fs/promises';
import { messageOf, SluiceError } from '../errors.ts';
import { note } from './format.ts';

/**
 * The token that a server was given in a file or in SLUICE_TOKEN, if it was. `warn` hears of a file that others can read.
 */
export async function givenToken(
  file: string | undefined,
  warn: (text: string) => void = note,
): Promise<string | undefined> {
  const fromEnvironment = process.env['SLUICE_TOKEN'];
  if (file === undefined) return fromEnvironment === undefined ? undefined : strong(fromEnvironment, 'SLUICE_TOKEN');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('bad-usage', `--token-file: cannot read ${file} (${messageOf(cause)}).`, { cause });
  });
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0) {
    warn(
      `warning: ${file} can be read by others on this machine, and whoever reads the token can train here: chmod 600 ${file}`,
    );
  }
  return strong(text.trim(), `--token-file: ${file}`);
}

const tokenLength = 16;

function strong(token: string, where: string): string {
  if (token.length >= tokenLength) return token;
  throw new SluiceError(
    'bad-usage',
    `${where} holds ${token.length} characters, expected at least ${tokenLength}. Without one the server makes its own.`,
  );
}
