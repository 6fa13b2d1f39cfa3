import { describe, expect, it } from 'vitest';
import { compareCurves, comparePairs } from '../../../../main/exports/tables/compare.ts';
import { comparisonTable, pairTable } from '../../../../main/exports/tables/comparison-table.ts';
import { curvesOf } from '../../../../main/exports/tables/curves.ts';
import { epochOf, trainedRun } from '../../../support/run-curves.ts';
import { pairRecord } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

describe('a comparison of runs', () => {
  it('tells best and last accuracy, bytes, and what it took to reach an accuracy', () => {
    const store = openTestStore(temporaryFolder());
    const full = trainedRun(store, { name: 'full' }, [0.5, 0.8, 0.7], { bytes: 1000 });
    const small = trainedRun(store, { name: 'small' }, [0.3, 0.4, 0.6], { bytes: 50 });
    const [a, b] = compareCurves(curvesOf(store, [full, small]), 0.7).map(({ result }) => result);
    expect(a).toEqual({
      epochs: 3,
      bestAccuracy: 0.8,
      lastAccuracy: 0.7,
      bytesUp: 3000,
      bytesDown: 6000,
      ratio: 1,
      samplesPerSecond: 50,
      reached: { epochs: 2, bytes: 6000 },
    });
    expect(b).toMatchObject({ ratio: 20, bestAccuracy: 0.6, reached: null });
  });

  it('weighs the speed of epochs by the time they took', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, {}, []);
    const fast = epochOf(0, 0.5, 1, { samplesPerSecond: 300, seconds: 1 });
    store.append(run.id, [fast, epochOf(1, 0.5, 1, { samplesPerSecond: 100, seconds: 4 })]);
    expect(compareCurves(curvesOf(store, [run]))[0].result?.samplesPerSecond).toBe(150);
  });

  it('shows a run that has no epoch yet without numbers', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [trainedRun(store, { name: 'new' }, []), trainedRun(store, { name: 'old' }, [0.5])];
    const { columns, rows } = comparisonTable(curvesOf(store, runs), 0.5);
    expect(rows.map((row) => row.length)).toEqual([columns.length, columns.length]);
    expect(rows[0]).toEqual(['1', 'new', '0', ...Array<string>(9).fill('–')]);
    expect(rows[1]).toEqual([
      '2',
      'old',
      '1',
      '50.0 %',
      '50.0 %',
      '1.00 kB',
      '2.00 kB',
      '3.00 kB',
      '1.00×',
      '50.0',
      '1',
      '3.00 kB',
    ]);
  });

  it('names runs by experiment, then seed, then number; those that differ in the seed alone are a family', () => {
    const store = openTestStore(temporaryFolder());
    const runs = [
      trainedRun(store, { name: 'alone' }, [0.1]),
      trainedRun(store, { name: 'seeds' }, [0.1], { seed: 1 }),
      trainedRun(store, { name: 'seeds' }, [0.1], { seed: 2 }),
      trainedRun(store, { name: 'again' }, [0.1]),
      trainedRun(store, { name: 'again' }, [0.1]),
    ];
    const names = curvesOf(store, runs).map(({ label, family }) => [label, family]);
    expect(names).toEqual([
      ['alone', 'alone'],
      ['seeds, seed 1', 'seeds'],
      ['seeds, seed 2', 'seeds'],
      ['again (4)', 'again (4)'],
      ['again (5)', 'again (5)'],
    ]);
  });

  it('treats the trainings of scratch as curves of their own', () => {
    const store = openTestStore(temporaryFolder());
    const phases = [
      { budget: 'full' as const, epochs: 2 },
      { budget: 4, epochs: 1 },
    ];
    const run = trainedRun(store, { name: 'scratch', method: 'scratch', phases }, [0.4, 0.6], { bytes: 100 });
    store.append(run.id, [epochOf(0, 0.3, 7, { training: 1, budget: 4 })]);
    const curves = curvesOf(store, [run]);
    expect(curves.map(({ label, epochs }) => [label, epochs.length])).toEqual([
      ['scratch, full', 2],
      ['scratch, 4 maps', 1],
    ]);
    expect(compareCurves(curves).map(({ result }) => result?.bytesUp)).toEqual([200, 7]);
  });

  it('shows the pair of every budget and how soon its phase was at its best', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, { name: 'prune', method: 'prune' }, []);
    const accuracies = [0.5, 0.9, 0.3, 0.7, 0.6];
    const budgets = [null, null, 4, 4, 4];
    store.append(run.id, [
      ...accuracies.map((accuracy, i) => epochOf(i, accuracy, 1, { phase: i < 2 ? 0 : 1, budget: budgets[i] })),
      pairRecord(0, { budget: null, testAccuracy: 0.9, bytesPerSample: 32_768 }),
      pairRecord(1, { budget: 4, testAccuracy: 0.6, bytesPerSample: 512 }),
    ]);
    const curves = curvesOf(store, [run]);
    expect(comparePairs(curves, 0.7)).toMatchObject([
      { budget: null, testAccuracy: 0.9, bestAccuracy: 0.9, epochs: 2, epochsToBest: 2, epochsToReach: 2 },
      { budget: 4, testAccuracy: 0.6, bestAccuracy: 0.7, epochs: 3, epochsToBest: 2, epochsToReach: 2 },
    ]);
    expect(pairTable(curves)?.rows[1]).toEqual(['1', 'prune', '4 maps', '60.0 %', '70.0 %', '3', '2', '512 B']);
  });

  it('has no table of pairs where every run made one only', () => {
    const store = openTestStore(temporaryFolder());
    const run = trainedRun(store, {}, [0.5]);
    store.append(run.id, [pairRecord(0)]);
    expect(pairTable(curvesOf(store, [run]))).toBeNull();
  });
});
