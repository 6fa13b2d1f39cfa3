import { describe, expect, it } from 'vitest';
import { columnNamed, orderOf } from '../../../main/listing/columns.ts';
import { groupRuns, groupText, sortGroups, sortRuns } from '../../../main/listing/groups.ts';
import { namesApart, shortenName } from '../../../main/listing/names.ts';
import { inOrderOf } from '../../../main/listing/order.ts';
import { isSameView, readListView, usualView, writeListView, type ListView } from '../../../main/listing/view.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { fakeRun } from '../../support/fake-entries.ts';

const date = (at: number): string => new Date(at).toISOString();
const withRate = (learningRate: number) => ({ experiment: parseExperiment({ optimiser: { learningRate } }) });
const sweep = [
  fakeRun(1, { ...withRate(0.01), seed: 1, bestAccuracy: 0.8, bytesUp: 1e6, bytesDown: 1e6 }),
  fakeRun(2, { ...withRate(0.01), seed: 2, bestAccuracy: 0.82, bytesUp: 1e6, bytesDown: 1e6, status: 'failed' }),
  fakeRun(3, { ...withRate(0.1), seed: 1, bestAccuracy: 0.6, bytesUp: 2e6, bytesDown: 2e6 }),
  fakeRun(4, { ...withRate(0.1), seed: 2, bestAccuracy: null, bytesUp: 4e6, bytesDown: 4e6 }),
];

describe('groups of runs', () => {
  const cells = (by: string, column: string): string[] =>
    groupRuns(sweep, by, date).map((group) => groupText(columnNamed(column)!, group, date));

  it('have means with standard deviations, and what all of them have in common', () => {
    expect(cells('settings', 'best')).toEqual(['81.0 ± 1.4 %', '60.0 %']);
    expect(cells('settings', 'lr')).toEqual(['0.01', '0.1']);
    expect(cells('settings', 'seed')).toEqual(['2 different', '2 different']);
    expect(cells('settings', 'status')).toEqual(['1 finished, 1 failed', 'finished']);
    expect(cells('lr', 'bytes')).toEqual(['2.00 MB', '6.00 ± 2.83 MB']);
    expect(cells('seed', 'lr')).toEqual(['0.055 ± 0.0636', '0.055 ± 0.0636']);
  });

  it('have no mean over accuracies at different budgets', () => {
    const [one, other] = sweep;
    const group = { key: '', label: '', runs: [one, { ...other, budgets: [4] }] };
    expect(groupText(columnNamed('best')!, group, date)).toBe('at 2 budgets');
  });

  it('are those of a launch, a seed, or any setting', () => {
    const sizes = (by: string): [string, number][] =>
      groupRuns(sweep, by, date).map(({ label, runs }) => [label, runs.length]);
    expect(sizes('launch')).toEqual([['quickstart', 4]]);
    expect(sizes('seed')).toEqual([
      ['Seed: 1', 2],
      ['Seed: 2', 2],
    ]);
    expect(sizes('lr')).toEqual([
      ['Learning rate: 0.01', 2],
      ['Learning rate: 0.1', 2],
    ]);
    expect(sizes('settings')).toEqual([
      ['deprune, lr 0.01', 2],
      ['deprune, lr 0.1', 2],
    ]);
  });

  it('go by their means, the runs in them by their own values, what is unknown last', () => {
    const sorted = sortGroups(groupRuns(sweep, 'lr', date), { column: 'best', descending: false });
    expect(sorted.map(({ runs }) => runs.map(({ number }) => number))).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const down = sortRuns(sweep, { column: 'best', descending: true });
    expect(down.map(({ number }) => number)).toEqual([2, 1, 3, 4]);
  });
});

it('full budgets come after all others', () => {
  const budgets = columnNamed('budgets')!;
  const runs = [fakeRun(1, { budgets: [null] }), fakeRun(2, { budgets: [32] }), fakeRun(3, { budgets: [null] })];
  const sorted = inOrderOf(runs, (run) => orderOf(budgets, run));
  expect(sorted.map(({ number }) => number)).toEqual([2, 1, 3]);
});

describe('names', () => {
  it('of runs that are called the same say what differs, unless a column does', () => {
    const settings = (beside: string[]): string[] =>
      [
        ...namesApart(
          sweep,
          beside.map((name) => columnNamed(name)!),
        ).values(),
      ].map((shown) => shown.settings);
    expect(settings([])).toEqual(['lr 0.01, seed 1', 'lr 0.01, seed 2', 'lr 0.1, seed 1', 'lr 0.1, seed 2']);
    expect(settings(['seed'])).toEqual(['lr 0.01', 'lr 0.01', 'lr 0.1', 'lr 0.1']);
    expect([...namesApart([fakeRun(1)]).values()]).toEqual([{ head: '', tail: 'deprune', settings: '' }]);
  });

  it('part where they differ, and are cut before that', () => {
    const names = ['vgg11 on cifar10, width 0.5, plain', 'vgg11 on cifar10, width 0.25, plain', 'other'];
    const shown = namesApart(names.map((name, i) => fakeRun(i + 1, { name })));
    expect(shown.get('run-1')).toEqual({ head: 'vgg11 on cifar10, width ', tail: '0.5, plain', settings: '' });
    expect(shortenName(shown.get('run-2')!, 20)).toBe('vgg11 on…0.25, plain');
    expect(shortenName(shown.get('run-3')!, 20)).toBe('other');
    expect(shortenName({ head: 'a ', tail: 'b'.repeat(40) }, 10)).toBe('…bbbbbbbb…');
  });
});

describe('a view', () => {
  const view: ListView = {
    where: 'best > 50 % and tag: "lr 1e-3"',
    columns: ['bytes', 'optimiser.learningRate'],
    widths: { name: 300, bytes: 90 },
    sort: { column: 'best', descending: true },
    group: 'settings',
  };

  it('is the same again from its address', () => {
    expect(writeListView(view)).toEqual({
      where: 'best > 50 % and tag: "lr 1e-3"',
      columns: 'name:300,bytes:90,optimiser.learningRate',
      sort: '-best',
      group: 'settings',
    });
    expect(readListView(writeListView(view))).toEqual(view);
    expect(isSameView({ ...view, group: '' }, view)).toBe(false);
    expect(writeListView(usualView)).toEqual({});
  });

  it('takes other names of columns, and leaves out what is none', () => {
    expect(readListView({ columns: 'LR:5,nothing,tag', sort: 'sent', group: 'nonsense' })).toEqual({
      where: '',
      columns: ['optimiser.learningRate', 'tags'],
      widths: {},
      sort: { column: 'bytes', descending: false },
      group: '',
    });
    expect(readListView({ other: '1' })).toBeNull();
  });
});
