import { describe, expect, it } from 'vitest';
import { claimText } from '../../../../main/charts/comparison/claims.ts';
import type { Result } from '../../../../main/charts/comparison/results.ts';
import { compare } from '../../../../main/exports/tables/compare.ts';
import { comparisonTable, pairTable } from '../../../../main/exports/tables/comparison-table.ts';
import { curvesOf } from '../../../../main/exports/tables/curves.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { epochOf, trainedRun } from '../../../support/run-curves.ts';
import { pairRecord } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

function tableOf(store: Store, runs: readonly Run[], reach?: number): ReturnType<typeof comparisonTable> {
  const curves = curvesOf(store, runs);
  return comparisonTable(curves, compare(curves, reach));
}

/** The cells of a column. */
function column({ columns, rows }: ReturnType<typeof comparisonTable>, name: string): string[] {
  const at = columns.findIndex(({ title }) => title === name);
  return rows.map((row) => row[at]);
}

const budgets = [
  { budget: 'full' as const, epochs: 2 },
  { budget: 4, epochs: 3 },
];

/** prune as it is recorded: full for two epochs, then 4 maps for three, bytes and seconds counted on. */
function pruned(store: Store): Run {
  const run = trainedRun(store, { name: 'prune', method: 'prune', phases: budgets }, []);
  const accuracies = [0.5, 0.9, 0.3, 0.7, 0.6];
  store.append(run.id, [
    ...accuracies.map((accuracy, i) => epochOf(i, accuracy, 100, { phase: i < 2 ? 0 : 1, budget: i < 2 ? null : 4 })),
    pairRecord(0, { budget: null, testAccuracy: 0.9, bytesPerSample: 32_768 }),
    pairRecord(1, { budget: 4, testAccuracy: 0.6, bytesPerSample: 512 }),
  ]);
  return run;
}

function fromScratch(store: Store): Run {
  const run = trainedRun(store, { name: 'scratch', method: 'scratch', phases: budgets }, []);
  store.append(run.id, [
    ...[0.5, 0.9].map((accuracy, i) => epochOf(i, accuracy, 100, { budget: null })),
    ...[0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.72, 0.71].map((accuracy, i) =>
      epochOf(i, accuracy, 10, { training: 1, budget: 4 }),
    ),
  ]);
  return run;
}

describe('a comparison of runs', () => {
  it('tells best and last accuracy, bytes, and what it took to reach an accuracy', () => {
    const store = openTestStore(temporaryFolder());
    const full = trainedRun(store, { name: 'full' }, [0.5, 0.8, 0.7], { bytes: 1000 });
    const small = trainedRun(store, { name: 'small' }, [0.3, 0.4, 0.8], { bytes: 50 });
    const table = tableOf(store, [full, small], 0.7);
    expect(column(table, 'best')).toEqual(['80.0 %', '80.0 %']);
    expect(column(table, 'last')).toEqual(['70.0 %', '80.0 %']);
    expect(column(table, 'to best')).toEqual(['2', '3']);
    expect(column(table, 'bytes')).toEqual(['9.00 kB', '450 B']);
    expect(column(table, 'to 70.0 %')).toEqual(['6.00 kB', '450 B']);
    expect(column(table, 'bytes to it')).toEqual(['the same', '13× fewer']);
  });

  it('asks of the costliest what others are measured by, unless told', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [
      trainedRun(store, { name: 'small' }, [0.3, 0.59, 0.6], { bytes: 50 }),
      trainedRun(store, { name: 'full' }, [0.5, 0.7, 0.6], { bytes: 1000 }),
    ];
    const { questions, baseline } = compare(curvesOf(store, runs));
    expect([baseline?.label, questions.reach]).toEqual(['full', 0.57]);
  });

  it('weighs the speed of epochs by the time they took', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, {}, []);
    const fast = epochOf(0, 0.5, 1, { samplesPerSecond: 300, seconds: 1 });
    store.append(run.id, [fast, epochOf(1, 0.5, 1, { samplesPerSecond: 100, seconds: 4 })]);
    expect(column(tableOf(store, [run]), 'samples/s')).toEqual(['150']);
  });

  it('shows a run that has no epoch yet without numbers', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [trainedRun(store, { name: 'new' }, []), trainedRun(store, { name: 'old' }, [0.5])];
    const { columns, rows } = tableOf(store, runs, 0.5);
    expect(rows.map((row) => row.length)).toEqual([columns.length, columns.length]);
    expect(rows[0]).toEqual(['1', 'new', ...Array<string>(columns.length - 2).fill('–')]);
  });

  it('names runs by experiment, then number; those that differ in the seed alone are one row of their mean', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [
      trainedRun(store, { name: 'alone' }, [0.1]),
      trainedRun(store, { name: 'seeds' }, [0.1], { seed: 1 }),
      trainedRun(store, { name: 'seeds' }, [0.3], { seed: 2 }),
      trainedRun(store, { name: 'again' }, [0.1]),
      trainedRun(store, { name: 'again' }, [0.1]),
    ];
    const names = curvesOf(store, runs).map(({ training: { label, family } }) => [label, family]);
    expect(names).toEqual([
      ['alone', 'alone'],
      ['seeds, seed 1', 'seeds'],
      ['seeds, seed 2', 'seeds'],
      ['again (4)', 'again (4)'],
      ['again (5)', 'again (5)'],
    ]);
    const table = tableOf(store, runs);
    expect(table.rows.map(([number, name]) => `${number} ${name}`)).toEqual([
      '1 alone',
      '2, 3 seeds',
      '4 again (4)',
      '5 again (5)',
    ]);
    expect(column(table, 'best')[1]).toBe('20.0 ± 14.1 %');
  });

  it('has every pair of prune and of scratch for itself, over epochs and bytes of its own', () => {
    const store = openTestStore(temporaryFolder());
    const table = tableOf(store, [pruned(store), fromScratch(store)], 0.7);
    expect(column(table, 'run')).toEqual(['prune, full', 'prune, 4 maps', 'scratch, full', 'scratch, 4 maps']);
    expect(column(table, 'best')).toEqual(['90.0 %', '70.0 %', '90.0 %', '72.0 %']);
    expect(column(table, 'epochs')).toEqual(['2', '3', '2', '8']);
    expect(column(table, 'to best')).toEqual(['2', '2', '2', '7']);
    expect(column(table, 'bytes')).toEqual(['600 B', '900 B', '600 B', '240 B']);
    expect(column(table, 'to 70.0 %')).toEqual(['600 B', '600 B', '600 B', '180 B']);
  });

  it('says how many epochs fewer a pair takes than from scratch at the same budget', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [pruned(store), fromScratch(store)];
    expect(column(tableOf(store, runs), 'than from scratch')).toEqual(['–', '3× fewer epochs', '–', '–']);
    expect(compare(curvesOf(store, runs)).claims.map(claimText)).toEqual([
      'prune, 4 maps reaches 70.0 % in 2 epochs from the pair before it, scratch, 4 maps in 6: 3× fewer epochs.',
    ]);
    const other = trainedRun(store, { name: 'cut elsewhere', method: 'high-compression', split: { layer: 2 } }, []);
    store.append(other.id, [epochOf(0, 0.9, 1, { budget: 4 })]);
    const alone = compare(curvesOf(store, [runs[0], other])).results;
    expect(alone.every(({ scratch }: Result) => scratch === null)).toBe(true);
  });

  it('shows the pair of every budget as it was kept, where a run made several', () => {
    const store = openTestStore(temporaryFolder());
    expect(pairTable(curvesOf(store, [pruned(store)]))?.rows).toEqual([
      ['1', 'prune, full', '90.0 %', '32.8 kB'],
      ['1', 'prune, 4 maps', '60.0 %', '512 B'],
    ]);
    const one = trainedRun(store, {}, [0.5]);
    store.append(one.id, [pairRecord(0)]);
    expect(pairTable(curvesOf(store, [one]))).toBeNull();
  });

  it('says first what deprune saves at the accuracy of the full budget, however little another budget sends', () => {
    const store = openTestStore(temporaryFolder());
    const full = trainedRun(store, { name: 'full', method: 'full' }, []);
    const rising = trainedRun(store, { name: 'deprune' }, []);
    const few = trainedRun(store, { name: 'few', method: 'high-compression' }, []);
    store.append(
      full.id,
      [0.5, 0.6].map((accuracy, i) => epochOf(i, accuracy, 1000, { budget: null })),
    );
    store.append(rising.id, [epochOf(0, 0.4, 100, { budget: 2 }), epochOf(1, 0.6, 300, { phase: 1, budget: null })]);
    store.append(few.id, [epochOf(0, 0.58, 10, { budget: 2 })]);
    const { results, claims } = compare(curvesOf(store, [full, rising, few]));
    expect(results.map(({ values }) => values.best?.mean)).toEqual([0.6, 0.6, 0.58]);
    expect(claims.map(claimText)).toEqual([
      'deprune reaches 57.0 %, 95 % of what full ended with, with 3.3× fewer bytes than full: 1.80 kB for 6.00 kB.',
    ]);
  });
});
