import { describe, expect, it } from 'vitest';
import { lineOption } from '../../../main/charts/line-option.ts';
import { linesOf, sampleLines } from '../../../main/charts/lines.ts';
import { namedChart } from '../../../main/charts/names.ts';
import type { LineChartSpec } from '../../../main/charts/spec.ts';
import { screenStyle } from '../../../main/charts/style.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { run, steps } from '../../support/chart-data.ts';

describe('a chart of lines', () => {
  const losses = (seed: number, values: readonly number[]) =>
    run(seed, 'deprune', { seed, steps: steps(4, { crossEntropy: (i) => values[i] }) });
  const axis = (changes: Partial<LineChartSpec>, ...runs: ReturnType<typeof losses>[]) => {
    const spec = namedChart('loss-step', { logY: true, ...changes }) as LineChartSpec;
    const lines = sampleLines(linesOf(trainingsOf(runs), spec), 100, null, spec.logX);
    return lineOption(lines, spec, screenStyle('light', 600, 'sans-serif')).yAxis as { min: number; max: number };
  };

  it('has on a logarithmic axis room for the seeds of a band, and for what was measured behind a smoothed line', () => {
    const [first, second] = [losses(1, [2, 1, 0.9, 0.01]), losses(2, [2, 1, 0.9, 0.8])];
    expect(axis({}, first, second).min).toBeLessThanOrEqual(0.01);
    expect(axis({ smoothing: 0.9 }, first).min).toBeLessThanOrEqual(0.01);
  });
});
