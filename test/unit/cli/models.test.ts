import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { reportFailure } from '../../../main/cli/failure.ts';
import { createProgram } from '../../../main/cli/program.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import { listSets } from '../../../main/sets/home.ts';
import { scratchFolder, useHome } from '../../support/datasets.ts';
import { makeTestSet } from '../../support/model-set.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { openTestStore } from '../../support/run-store.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What `sluice models …` prints, says besides, and exits with. */
async function models(...args: string[]): Promise<{ printed: string; said: string; code: number }> {
  const [printed, said]: [string[], string[]] = [[], []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  let code = 0;
  try {
    await (await createProgram('models')).parseAsync(['models', ...args], { from: 'user' });
  } catch (error) {
    code = reportFailure(error);
  }
  vi.restoreAllMocks();
  return { printed: printed.join(''), said: said.join(''), code };
}

describe('sluice models', () => {
  it('lists and shows what pairs achieve and cost', async () => {
    useHome();
    expect((await models('list')).printed).toMatch(/no model sets yet.*models add/);
    await makeTestSet();
    expect((await models('list')).printed).toMatch(/tiny +cnn +4 +synthetic +full, 4, 2 +70\.0 % to 90\.0 %/);
    const { printed } = await models('show', 'tiny');
    // 4 maps of 8×8 as float32, float16, scaled float16, int8, 4 bits, signs, and a tenth with its places.
    expect(printed).toMatch(
      / 4 +4 +80\.0 % +4 +1\.02 kB +512 B +516 B +288 B +160 B +48 B +136 B +528 B +1\.02 kB +16 B/,
    );
    expect(printed).toMatch(/ 2 +client +55\.3k +82\.9k +584 +1040 /);
  });

  it('takes a set out and in again', async () => {
    useHome();
    await makeTestSet({ budgets: [null, 2] });
    const zip = join(scratchFolder(), 'tiny.zip');
    expect(await models('export', 'tiny', '-o', zip)).toMatchObject({ said: `Wrote ${zip}\n`, code: 0 });
    expect((await models('remove', 'tiny', '--yes')).printed).toBe('Removed tiny.\n');
    expect((await models('import', zip, '--name', 'again')).printed).toMatch(/again: 2 pairs \(full, 2\) in /);
    expect((await listSets()).map(({ name }) => name)).toEqual(['again']);
  });

  it('asks before it deletes, and deletes nothing where nobody answers', async () => {
    useHome();
    await makeTestSet({ budgets: [null] });
    expect(await models('remove', 'tiny')).toMatchObject({ code: 2, said: expect.stringContaining('--yes') as string });
    expect(await listSets()).toHaveLength(1);
  });

  it.each([
    [['show', 'none'], /no model set "none"/],
    [['remove', '../data'], /no model set "\.\.\/data"/],
    [['export', 'none'], /no model set "none"/],
    [['import', 'nowhere.zip'], /There is no .*nowhere\.zip/],
    [['add', '99'], /no run "99"/],
    [['add', 'pairless'], /has no trained pair yet/],
    [['add', 'twice'], /made of one run, and "twice" is 2/],
    [['export', 'none', '--normalised'], /--normalised is about ONNX/],
  ])('exits with 2 for what makes no sense: %j', async (args, words) => {
    const store = openTestStore(useHome());
    for (const [name, seed] of [
      ['pairless', 1],
      ['twice', 1],
      ['twice', 2],
    ] as const) {
      trainedRun(store, { name }, [], { seed, group: name });
    }
    expect(await models(...args)).toMatchObject({ code: 2, said: expect.stringMatching(words) as string });
  });
});
