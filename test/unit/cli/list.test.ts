import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { createProgram } from '../../../main/cli/program.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { epochRecord, experiment } from '../../support/run-records.ts';
import { temporaryHome } from '../../support/home.ts';

const home = temporaryHome();

/** What a command prints, and what it says beside. */
async function sluice(...args: string[]): Promise<{ out: string[]; notes: string }> {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const notes = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await (await createProgram(args[0])).parseAsync(['node', 'sluice', ...args]);
    const text = (calls: readonly unknown[][]): string => calls.map(([each]) => String(each)).join('');
    return { out: text(out.mock.calls).trimEnd().split('\n'), notes: text(notes.mock.calls) };
  } finally {
    out.mockRestore();
    notes.mockRestore();
  }
}

/** Two learning rates with two seeds each, and a run of another project. */
function filled(): void {
  mkdirSync(home, { recursive: true });
  const store = openStore(home);
  for (const [i, learningRate] of [0.01, 0.1].entries()) {
    for (const seed of [1, 2]) {
      const { id } = store.create(experiment({ name: 'sweep', optimiser: { learningRate } }), seed, 'sweep@now');
      store.append(id, [epochRecord(0, { testAccuracy: 0.5 + 0.2 * i + 0.1 * seed })]);
    }
  }
  store.create(experiment({ name: 'other' }), 1, 'other@now', 'vision');
  store.close();
}

afterEach(() => {
  const store = openStore(home);
  for (const { id } of store.list()) store.delete(id);
  store.close();
});

const numbers = (out: readonly string[]): string[] => out.slice(1).map((line) => /^ *(\d+)/.exec(line)![1]);

it('list filters, sorts and shows any column', async () => {
  filled();
  const { out } = await sluice(
    'list',
    '--where',
    'best > 65 % and lr in [0.01, 0.1]',
    '--sort',
    '-best',
    '--columns',
    'best,lr',
  );
  expect(out[0]).toMatch(/^ *# +name +status +best +learning rate$/);
  expect(out.slice(1).map((line) => line.split(/ {2,}/).slice(-2))).toEqual([
    ['90.0 %', '0.1'],
    ['80.0 %', '0.1'],
    ['70.0 %', '0.01'],
  ]);
  expect(out[1]).toContain('sweep, seed 2');
  await expect(sluice('list', '--where', 'best > lots')).rejects.toMatchObject({
    code: 'bad-filter',
    message: expect.stringMatching(/Position 8: expected a share.*\n {2}best > lots\n {9}\^{4}$/s) as string,
  });
  await expect(sluice('list', '--columns', 'bests')).rejects.toMatchObject({
    code: 'column-unknown',
    message: expect.stringContaining('Did you mean "best"?') as string,
  });
});

it('list folds into groups with mean and deviation', async () => {
  filled();
  const { out } = await sluice('list', '--group', 'settings', '--columns', 'best,lr');
  expect(out.slice(1).map((line) => line.split(/ {2,}/).slice(-2))).toEqual([
    ['65.0 ± 7.1 %', '0.01'],
    ['85.0 ± 7.1 %', '0.1'],
  ]);
});

it('list shows the current project, and what is archived where it is asked for', async () => {
  filled();
  const store = openStore(home);
  const ids = store.list().map(({ id }) => id);
  store.close();
  const first = Number.parseInt(ids[0], 10);
  await sluice('edit', `${first}..${first + 1}`, '--archive', '--name', 'put away', '--tag', 'old');
  const { out, notes } = await sluice('list');
  expect(numbers(out)).toEqual([first + 2, first + 3].map(String));
  expect(notes).toMatch(/2 archived fit, too.*1 of projects other than default fits, too: --all-projects/s);
  const archived = await sluice('list', '--where', 'archived = yes tag: old');
  expect(archived.out.slice(1).map((line) => /put away/.test(line))).toEqual([true, true]);
  await sluice('edit', String(first), '--restore', '--project', 'vision', '--untag', 'old');
  expect(numbers((await sluice('list', '--project', 'vision')).out)).toEqual([first, first + 4].map(String));
  await expect(sluice('list', '--project', 'visoin')).rejects.toThrow('Did you mean "vision"?');
});

it('list shows a view that the lab has saved, changed by other options', async () => {
  filled();
  const view = {
    name: 'rates',
    where: 'lr = 0.1',
    columns: ['last'],
    widths: {},
    sort: { column: 'best', descending: true },
    group: '',
  };
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ views: [view] }));
  const { out } = await sluice('list', '--view', 'rates');
  expect(out[0]).toMatch(/status +last$/);
  expect(out.slice(1).map((line) => line.split(/ {2,}/).at(-1))).toEqual(['90.0 %', '80.0 %']);
  expect((await sluice('list', '--view', 'rates', '--where', '')).out).toHaveLength(5);
  await expect(sluice('list', '--view', 'rate')).rejects.toMatchObject({ code: 'view-unknown' });
});
