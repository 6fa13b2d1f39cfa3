import { describe, expect, it } from 'vitest';
import { extentOf, xExtent, yAxis } from '../../../main/charts/axes.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { lines, type LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import { phaseSeries } from '../../../main/charts/drawing/phases.ts';
import type { Range } from '../../../main/charts/drawable/sample.ts';
import { screenStyle } from '../../../main/charts/style.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { run, steps } from '../../support/chart-data.ts';

interface Marked {
  readonly markArea: { readonly data: [{ name: string; xAxis: number }, { xAxis: number }][] };
}

interface Labelled {
  readonly axisLabel: { readonly formatter: (value: number) => string };
}

describe('a chart of lines', () => {
  const losses = (seed: number, values: readonly number[]) =>
    run(seed, 'deprune', { seed, steps: steps(4, { crossEntropy: (i) => values[i] }) });
  const axis = (changes: Partial<LineChartSpec>, ...runs: ReturnType<typeof losses>[]) => {
    const spec = namedChart('loss-step', { logY: true, ...changes }) as LineChartSpec;
    const given = { trainings: trainingsOf(runs), plan: null, source: 'all', range: null } as const;
    return lines.option(lines.data(given, spec), spec, screenStyle('light', 600, 'sans-serif')).yAxis as {
      min: number;
      max: number;
    };
  };

  it('names the phases as far as there is room for their budgets', () => {
    const epochs = (phase: number, budget: number | null, from: number, to: number) => ({ phase, budget, from, to });
    const phases = [epochs(0, 2, 0, 0.1), epochs(1, 2, 0.1, 1), epochs(2, 16, 1, 5), epochs(3, null, 5, 20)];
    const named = (range: Range, width: number) => {
      const { markArea } = phaseSeries(phases, screenStyle('light', width, 'sans-serif'), range, false) as Marked;
      return markArea.data.map(([{ name, xAxis }, end]) => [name, xAxis, end.xAxis]);
    };
    expect(named([0, 20], 600)).toEqual([
      ['', 0, 0.1],
      ['2', 0.1, 1],
      ['16 maps', 1, 5],
      ['full', 5, 20],
    ]);
    expect(named([0.5, 3], 600)).toEqual([
      ['2 maps', 0.5, 1],
      ['16 maps', 1, 3],
    ]);
  });

  it('words the ticks of an axis with as many decimals each, by the same function for the same axis', () => {
    const labels = (...values: number[]) =>
      (axis({ logY: false }, losses(1, values)) as unknown as Labelled).axisLabel.formatter;
    expect([1.8, 2].map((tick) => labels(1.9, 2.5, 2.2, 2)(tick))).toEqual(['1.8', '2.0']);
    expect([1, 2].map((tick) => labels(0.5, 5, 3, 2)(tick))).toEqual(['1', '2']);
    expect(labels(1.9, 2.5, 2.2, 2)).toBe(labels(1.9, 2.55, 2.2, 2));
  });

  it('has on a logarithmic axis room for the seeds of a band, and for what was measured behind a smoothed line', () => {
    const [first, second] = [losses(1, [2, 1, 0.9, 0.01]), losses(2, [2, 1, 0.9, 0.8])];
    expect(axis({}, first, second).min).toBeLessThanOrEqual(0.01);
    expect(axis({ smoothing: 0.9 }, first).min).toBeLessThanOrEqual(0.01);
  });

  it('has no logarithmic axis for what is nowhere above 0, and leaves zeros out of one', () => {
    const kind = (...values: number[]) => axis({}, losses(1, values)) as unknown as { type: string; min?: number };
    expect(kind(0, 0, 0, 0)).toMatchObject({ type: 'value' });
    expect(kind(0, 2, 20, 0)).toMatchObject({ type: 'log', min: 2 });
    expect(xExtent([{ x: Float64Array.of(0, 3, 40) }], true)).toEqual([3, 40]);
    expect(extentOf([Float64Array.of(0, -1, 3, NaN, Infinity)], true)).toEqual([3, 3]);
    expect(extentOf([Float64Array.of(0, -1, 3, NaN, Infinity)], false)).toEqual([-1, 3]);
    const spec = { format: String, fromZero: false, name: 'y' };
    const style = screenStyle('light', 600, 'sans-serif');
    expect(yAxis(spec, style, true, [0, 5])['type']).toBe('value');
    expect(yAxis(spec, style, true, [1, 5])['type']).toBe('log');
  });
});
