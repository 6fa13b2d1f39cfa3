import { describe, expect, it } from 'vitest';
import type { PlannedPhase, RunDetail } from '../../../../main/api.ts';
import { valueAt } from '../../../../main/charts/numbers.ts';
import type { AxisKind, LineChartSpec } from '../../../../main/charts/spec.ts';
import { parseExperiment } from '../../../../main/runs/parse.ts';
import { withPlan, type ShownPlan } from '../../../../renderer/pages/run/planned-lines.ts';
import {
  runCharts,
  runData,
  runLines,
  viewedTrainings,
  type SourceView,
} from '../../../../renderer/pages/run/run-lines.ts';
import { stepColumns } from './recorded-run.ts';

const spec: LineChartSpec = {
  ...{ kind: 'lines', metric: 'bytes', x: 'epoch', smoothing: 0, logX: false, logY: false },
  ...{ seedsAsBand: false, phases: true },
};
const [accuracy, , traffic] = runCharts;

const phase: PlannedPhase = {
  ...{ training: 0, budget: 4, firstEpoch: 0, epochs: 2, steps: 8, bytesUp: 60, bytesDown: 20 },
  learningRate: 0.01,
};

function run(sources: number, phases: PlannedPhase[] = [phase]): RunDetail {
  const experiment = parseExperiment({ sources: { count: sources }, processes: 'separate' });
  const plan = { phases, bytesUp: 0, bytesDown: 0, fullBudgetBytes: 0, plainSplitBytes: 0, steps: 8, seconds: null };
  return { id: 'a', name: 'run', number: 1, seed: 1, experiment, plan } as unknown as RunDetail;
}

/** Two sources, four steps each, five bytes a step each way. */
const steps = stepColumns(
  Array.from({ length: 8 }, (_, i) => {
    const step = Math.floor(i / 2);
    return { source: i % 2, step, epoch: Math.floor(step / 2), bytesUp: 5, bytesDown: 5, samples: 1 };
  }),
);
const data = runData(run(2), { steps: { columns: steps }, epochs: [] });

describe('the lines of a run', () => {
  it('tell the metrics of a single training apart, and trainings where there are several', () => {
    const all = viewedTrainings(data, 'all', 2);
    expect(runLines(all, traffic, spec).map(({ label, look }) => [label, look])).toEqual([
      ['both ways', 0],
      ['up', 1],
      ['down', 2],
    ]);
    const each = viewedTrainings(data, 'each', 2);
    expect(runLines(each, traffic, spec).map(({ label }) => label)).toEqual(['source 1', 'source 2']);
    expect(runLines(all, accuracy, { ...spec, metric: 'accuracy' })).toHaveLength(2);
  });

  it('of all sources together end at the traffic of all, of one at its own', () => {
    const last = (view: 'all' | number): number => {
      const [line] = runLines(viewedTrainings(data, view, 2), traffic, spec);
      return valueAt(line, Infinity);
    };
    expect(last('all')).toBe(80);
    expect(last(1)).toBe(40);
  });
});

describe('the plan behind the lines', () => {
  const later = { ...phase, budget: null, firstEpoch: 2, epochs: 1, steps: 4, bytesUp: 600, bytesDown: 400 };
  const lines = runLines(viewedTrainings(data, 'all', 2), traffic, spec);
  const points = ({ planned }: ShownPlan): number[][] => planned.flatMap(({ x, y }) => [[...x], [...y]]);

  it('adds up over phases on the axes that a plan knows', () => {
    const single = run(1, [phase, later]);
    const over = (x: AxisKind): ShownPlan => withPlan(lines, single, { metric: 'bytes', x }, 'all', 'end');
    expect(points(over('epoch'))).toEqual([
      [0, 2, 3],
      [0, 80, 1080],
    ]);
    expect(points(over('step'))[0]).toEqual([0, 8, 12]);
    expect(over('time')).toEqual({ planned: [], lines });
  });

  it('ends where the run is, if so wanted', () => {
    const shown = withPlan(
      lines,
      run(1, [{ ...phase, epochs: 4 }, later]),
      { metric: 'bytes', x: 'epoch' },
      'all',
      'now',
    );
    expect(points(shown)).toEqual([
      [0, 2],
      [0, 40],
    ]);
    expect(shown.lines[0]?.phases).toEqual([{ phase: 0, budget: 4, from: 0, to: 2 }]);
  });

  it('is the ground of all charts, and lets all reach as far', () => {
    const shown = withPlan(lines, run(1, [phase, later]), { metric: 'loss', x: 'epoch' }, 'all', 'end');
    expect(shown.lines[0]?.phases).toMatchObject([
      { budget: 4, from: 0, to: 2 },
      { budget: null, from: 2, to: 3 },
    ]);
    expect(points(shown)).toEqual([
      [0, 3],
      [NaN, NaN],
    ]);
  });

  it('is that of all sources or the share of one', () => {
    const of = (source: SourceView): number[][] =>
      points(withPlan(lines, run(2), { metric: 'bytes', x: 'step' }, source, 'end'));
    expect(of('all')).toEqual([
      [0, 4],
      [0, 80],
    ]);
    expect(of(1)[1]).toEqual([0, 40]);
  });

  it('begins anew with every training', () => {
    const scratch = run(1, [phase, { ...phase, training: 1 }]);
    expect(withPlan(lines, scratch, { metric: 'bytes', x: 'epoch' }, 'all', 'end').planned).toHaveLength(2);
  });
});
