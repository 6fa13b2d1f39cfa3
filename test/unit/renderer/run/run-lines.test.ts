import { describe, expect, it } from 'vitest';
import type { PlannedPhase, RunDetail } from '../../../../main/api.ts';
import { valueAt } from '../../../../main/charts/numbers.ts';
import type { LineChartSpec } from '../../../../main/charts/spec.ts';
import { parseExperiment } from '../../../../main/runs/parse.ts';
import {
  plannedTraffic,
  runCharts,
  runData,
  runLines,
  viewedTrainings,
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
const data = runData(run(2), { steps: { columns: steps, count: 8 }, epochs: [] });

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

describe('the traffic planned', () => {
  const points = (...args: Parameters<typeof plannedTraffic>): number[][] =>
    plannedTraffic(...args).flatMap(({ x, y }) => [[...x], [...y]]);

  it('adds up over phases on the axes that a plan knows', () => {
    const phases = [phase, { ...phase, budget: null, epochs: 1, steps: 4, bytesUp: 600, bytesDown: 400 }];
    expect(points(run(1, phases), { metric: 'bytes', x: 'epoch' }, 'all')).toEqual([
      [0, 2, 3],
      [0, 80, 1080],
    ]);
    expect(points(run(1, phases), { metric: 'bytes', x: 'step' }, 'all')[0]).toEqual([0, 8, 12]);
    expect(points(run(1, phases), { metric: 'bytes', x: 'time' }, 'all')).toEqual([]);
    expect(points(run(1, phases), { metric: 'loss', x: 'epoch' }, 'all')).toEqual([]);
  });

  it('is that of all sources or the share of one', () => {
    expect(points(run(2), { metric: 'bytes', x: 'step' }, 'all')).toEqual([
      [0, 4],
      [0, 80],
    ]);
    expect(points(run(2), { metric: 'bytes', x: 'step' }, 1)[1]).toEqual([0, 40]);
  });

  it('begins anew with every training', () => {
    const phases = [phase, { ...phase, training: 1 }];
    expect(plannedTraffic(run(1, phases), { metric: 'bytes', x: 'epoch' }, 'all')).toHaveLength(2);
  });
});
