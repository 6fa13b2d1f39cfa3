import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { givenToken } from '../../../main/cli/server-token.ts';
import { temporaryFolder } from '../../support/closing.ts';
import { onUnix } from '../../support/where.ts';

onUnix.it('a token file that others can read is taken with a warning', async () => {
  const file = join(temporaryFolder(), 'token.txt');
  writeFileSync(file, 'a token of enough signs\n');
  const warned = async (mode: number): Promise<string[]> => {
    const heard: string[] = [];
    chmodSync(file, mode);
    expect(await givenToken(file, (text) => heard.push(text))).toBe('a token of enough signs');
    return heard;
  };
  expect(await warned(0o600)).toEqual([]);
  for (const mode of [0o640, 0o604, 0o666]) {
    expect(await warned(mode)).toEqual([expect.stringContaining(`chmod 600 ${file}`)]);
  }
});
