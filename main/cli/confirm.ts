import { createInterface } from 'node:readline/promises';
import { SluiceError } from '../errors.ts';
import { visible } from '../visible.ts';

/** Asks before something is deleted. Throws `bad-usage` where nobody is there to answer. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SluiceError('bad-usage', 'Nobody is there to be asked. Add --yes to delete without a question.');
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question(visible(`${question} [y/N] `))).trim());
  } finally {
    dialogue.close();
  }
}
