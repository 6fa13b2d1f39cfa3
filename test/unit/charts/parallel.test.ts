import { describe, expect, it } from 'vitest';
import { parallelOf, formatParallel } from '../../../main/charts/drawable/parallel.ts';
import { parallelOption } from '../../../main/charts/drawing/parallel-option.ts';
import { screenStyle } from '../../../main/charts/style.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { epoch, run } from '../../support/chart-data.ts';

const trainings = trainingsOf([
  run(1, 'deprune', { seed: 1, epochs: [epoch(0, 0.4), epoch(1, 0.6)] }),
  run(2, 'deprune', { seed: 2, epochs: [epoch(0, 0.5)] }),
  run(3, 'full', { epochs: [epoch(0, 0.7)] }),
  run(4, 'begun'),
]);
const differences = {
  runs: ['0001-deprune', '0003-full', '0004-begun'],
  settings: [
    { path: 'optimiser.learningRate', values: [0.01, 0.1, 0.01] },
    { path: 'method', values: ['deprune', 'full', 'deprune'] },
  ],
};

describe('parallel coordinates', () => {
  it('lead through settings to results, seeds by their means', () => {
    const { axes, rows } = parallelOf(trainings, differences, true);
    expect(axes.map(({ name }) => name)).toEqual(['learningRate', 'method', 'traffic', 'best accuracy']);
    const told = rows.map(({ label, values }) => [label, ...values.map((value, i) => formatParallel(axes[i], value))]);
    expect(told).toEqual([
      ['deprune', '0.01', 'deprune', '1.80 kB', '55.0 %'],
      ['full', '0.1', 'full', '1.20 kB', '70.0 %'],
      ['begun', '0.01', 'deprune', '–', '–'],
    ]);
    expect(rows.map(({ look }) => look)).toEqual([0, 1, 2]);
  });

  it('have the axes that are asked for in their order, and of very many those that can be read', () => {
    const names = (chosen: readonly string[] | null, of = differences) =>
      parallelOf(trainings, of, true, undefined, chosen).axes.map(({ name }) => name);
    expect(names(['best accuracy', 'method'])).toEqual(['best accuracy', 'method']);
    const settings = Array.from({ length: 20 }, (_, i) => ({ path: `setting ${i}`, values: [i, i + 1, i] }));
    const many = { ...differences, settings };
    expect(names(null, many)).toEqual([0, 1, 2, 3, 4, 5].map((i) => `setting ${i}`).concat('traffic', 'best accuracy'));
    expect(parallelOf(trainings, many, true).offered).toHaveLength(22);
  });

  it('have an axis of budgets where pairs of one run differ in nothing else', () => {
    const pairs = [null, 4].map((budget, phase) => ({ training: 0, firstPhase: phase, lastPhase: phase, budget }));
    const prune = trainingsOf([
      run(1, 'prune', { pairs, epochs: [epoch(0, 0.9, { budget: null }), epoch(1, 0.6, { phase: 1 })] }),
      run(3, 'full', { epochs: [epoch(0, 0.7, { budget: null })] }),
    ]);
    const { axes, rows } = parallelOf(prune, { runs: ['0001-prune', '0003-full'], settings: [] }, true);
    expect(axes.map(({ name }) => name)).toEqual(['budget', 'traffic', 'best accuracy']);
    expect(rows.map(({ values }) => formatParallel(axes[0], values[0]))).toEqual(['full', '4', 'full']);
  });

  it('have a line for each seed when these are apart', () => {
    const { rows } = parallelOf(trainings, differences, false, { '0002-deprune/0': 5 });
    expect(rows.map(({ label, look }) => [label, look])).toContainEqual(['deprune, seed 2', 5]);
    expect(rows).toHaveLength(4);
  });

  it('label the very values while they are few, and let what is not brushed be faint', () => {
    const data = parallelOf(trainings, differences, true);
    const option = parallelOption(data, ['0003-full/0'], screenStyle('light', 800, 'Inter'));
    const [rate, , traffic] = option.parallelAxis as { axisLabel: { customValues: number[] } }[];
    expect(rate.axisLabel.customValues).toEqual([0.01, 0.1]);
    expect(traffic.axisLabel.customValues).toEqual([1200, 1800]);
    const [{ data: lines }] = option.series as { data: { lineStyle: { opacity: number } }[] }[];
    const [faint, clear] = lines.map(({ lineStyle }) => lineStyle.opacity);
    expect(faint).toBeLessThan(clear);
  });
});
