import { afterEach, describe, expect, it, vi } from 'vitest';
import { reportFailure } from '../../../main/cli/failure.ts';
import { createProgram } from '../../../main/cli/program.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What a command that fails says, and its exit code. */
async function failed(...args: string[]): Promise<{ code: number; told: string }> {
  const told: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  try {
    await (await createProgram(args[0])).parseAsync(args, { from: 'user' });
  } catch (error) {
    return { code: reportFailure(error), told: told.join('') };
  }
  throw new Error(`${args.join(' ')} did not fail`);
}

/** A home with two runs of one data source that are set alike. */
function homeOfTwo(): void {
  const home = temporaryFolder();
  vi.stubEnv('SLUICE_HOME', home);
  const store = openTestStore(home);
  for (const seed of [1, 2]) trainedRun(store, { name: 'alike' }, [0.3, 0.5], { seed });
}

describe('what makes no sense for the runs there are exits with 2', () => {
  const svg = ['--format', 'svg', '-o', 'never-written.svg'];

  it.each([
    [['--chart', 'accuracy-epoch', '--source', '9'], /has one data source, not 9/],
    [['--chart', 'parallel'], /set alike/],
    [['--chart', 'gates', '--source', '1'], /Only the gate of the first data source/],
    [['--chart', 'gates'], /has no gate/],
    [['--chart', 'accuracy-epok'], /Did you mean accuracy-epoch/],
    [['--what', 'steps'], /--what is about records/],
  ])('export %j', async (args, words) => {
    homeOfTwo();
    const { code, told } = await failed('export', '1', '2', ...args, ...svg);
    expect(told).toMatch(words);
    expect(code).toBe(2);
  });

  it('a font that is not here', async () => {
    homeOfTwo();
    const png = ['--format', 'png', '-o', 'never-written.png'];
    const args = ['export', '1', '--chart', 'accuracy-epoch', '--font', 'No Such Font', ...png];
    expect(await failed(...args)).toMatchObject({
      code: 2,
      told: expect.stringContaining('is not installed') as string,
    });
  });
});
