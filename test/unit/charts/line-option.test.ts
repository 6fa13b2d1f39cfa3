import { describe, expect, it } from 'vitest';
import { extentOf, xExtent, yAxis } from '../../../main/charts/axes.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { lines, type LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import { marksPoints } from '../../../main/charts/drawable/lines.ts';
import { phaseSeries } from '../../../main/charts/drawing/phases.ts';
import type { Range } from '../../../main/charts/drawable/sample.ts';
import { screenStyle } from '../../../main/charts/style.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { epoch, run, steps } from '../../support/chart-data.ts';

interface Marked {
  readonly markArea: { readonly data: [{ name: string; xAxis: number }, { xAxis: number }][] };
}

interface Drawn {
  readonly xAxis: object;
  readonly yAxis: object;
  readonly legend: object;
  readonly series: readonly { readonly id: string; readonly data: unknown }[];
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
    const { type, min = 0 } = kind(0, 2, 20, 0);
    // A little below the least, which is no point in the corner.
    expect([type, min > 1.5, min < 2]).toEqual(['log', true, true]);
    expect(xExtent([{ x: Float64Array.of(0, 3, 40) }], true)).toEqual([3, 40]);
    expect(extentOf([Float64Array.of(0, -1, 3, NaN, Infinity)], true)).toEqual([3, 3]);
    expect(extentOf([Float64Array.of(0, -1, 3, NaN, Infinity)], false)).toEqual([-1, 3]);
    const spec = { format: String, fromZero: false, name: 'y' };
    const style = screenStyle('light', 600, 'sans-serif');
    expect(yAxis(spec, style, true, [0, 5])['type']).toBe('value');
    expect(yAxis(spec, style, true, [1, 5])['type']).toBe('log');
  });

  const epochs = (...accuracies: number[]) =>
    run(1, 'a', {
      epochs: accuracies.map((accuracy, i) => epoch(i, accuracy, { budget: i < 2 ? 4 : null, phase: i < 2 ? 0 : 1 })),
    });
  const drawn = (changes: Partial<LineChartSpec>, runs: readonly ReturnType<typeof run>[], style = {}) => {
    const spec = { ...namedChart('accuracy-epoch'), ...changes } as LineChartSpec;
    const given = { trainings: trainingsOf(runs), plan: null, source: 'all', range: null } as const;
    const look = { ...screenStyle('light', 600, 'sans-serif'), ...style };
    return lines.option(lines.data(given, spec), spec, look) as unknown as Drawn;
  };

  it('has whole epochs as ticks and ends with the last one', () => {
    const { xAxis } = drawn({}, [epochs(0.1, 0.2, 0.3)]);
    expect(xAxis).toMatchObject({ min: 0, max: 3, axisLabel: { customValues: [0, 1, 2, 3] } });
    const long = drawn({}, [epochs(...Array.from({ length: 37 }, (_, i) => i / 100))]);
    expect(long.xAxis).toMatchObject({ max: 37, axisTick: { customValues: [0, 10, 20, 30] } });
  });

  it('has the y axis that is asked for, and nothing beyond', () => {
    expect(drawn({ yRange: [0.15, 0.35] }, [epochs(0.1, 0.2, 0.3)]).yAxis).toMatchObject({ min: 0.15, max: 0.35 });
  });

  it('marks the ends of epochs while there are few, of a line and of all together', () => {
    const spec = namedChart('accuracy-epoch', {}) as LineChartSpec;
    const lineOf = (length: number) => ({ x: new Float64Array(length) });
    const marked = (length: number, count: number) =>
      marksPoints(
        spec,
        lineOf(length),
        Array.from({ length: count }, () => lineOf(length)),
      );
    expect([marked(50, 12), marked(51, 1), marked(50, 13)]).toEqual([true, false, false]);
    expect(marksPoints(namedChart('loss-step', {}) as LineChartSpec, lineOf(5), [lineOf(5)])).toBe(false);
  });

  it('marks on a line where it goes over to another budget, unless all lines do so there', () => {
    const marked = (...runs: readonly ReturnType<typeof run>[]) =>
      drawn({ phases: true }, runs).series.flatMap(({ id, data }) =>
        id.endsWith('/phases') ? (data as { value: number[]; label: { formatter: string } }[]) : [],
      );
    const other = run(2, 'b', { epochs: [epoch(0, 0.5), epoch(1, 0.6)] });
    expect(marked(epochs(0.1, 0.2, 0.3), other).map(({ value, label }) => [...value, label.formatter])).toEqual([
      [2, 0.2, 'full'],
    ]);
    expect(marked(epochs(0.1, 0.2, 0.3))).toEqual([]);
  });

  it('says what its bands are where it names its lines itself, and names them where it is told', () => {
    const seeds = [0.4, 0.6].map((accuracy, i) => run(i + 1, 'a', { epochs: [epoch(0, accuracy)] }));
    const names = (changes: Partial<LineChartSpec>, style: object) =>
      drawn(changes, seeds, { selfContained: true, ...style }).legend;
    expect(names({ band: 'ci' }, {})).toMatchObject({ data: [{ name: 'mean ± 95 % CI' }], left: 0 });
    expect(names({ band: 'sd' }, { legend: 'inside-bottom' })).toMatchObject({ data: [{ name: 'mean ± SD' }] });
    expect(names({}, { legend: 'none' })).toEqual({ show: false });
  });
});
