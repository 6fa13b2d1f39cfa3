import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../../main/charts/drawable/numbers.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { chartLines } from '../../../../main/charts/drawable/lines.ts';
import { trainingsOf } from '../../../../main/charts/trainings.ts';
import { runCharts, runData } from '../../../../renderer/pages/run/run-lines.ts';
import type { FixedRun } from '../../../../renderer/pages/run/run-tabs.ts';
import { stepColumns } from './recorded-run.ts';

const [accuracy, , traffic] = runCharts({}).map(({ spec }) => spec);

const experiment = parseExperiment({ sources: { count: 2 }, processes: 'separate' });
const run: FixedRun = {
  id: 'a',
  name: 'run',
  number: 1,
  seed: 1,
  status: 'running',
  dropped: 0,
  experiment,
  plan: null,
  engine: null,
  serverEngine: null,
  pairs: [{ training: 0, firstPhase: 0, lastPhase: 1, budget: null }],
  makesSet: false,
};

/** Two sources, four steps each, five bytes a step each way. */
const steps = stepColumns(
  Array.from({ length: 8 }, (_, i) => {
    const step = Math.floor(i / 2);
    return { source: i % 2, step, epoch: Math.floor(step / 2), bytesUp: 5, bytesDown: 5, samples: 1 };
  }),
);
const data = runData(run, { steps: { columns: steps }, epochs: [] });

describe('the lines of a run', () => {
  it('tell the metrics of a single training apart, and trainings where there are several', () => {
    const all = trainingsOf([data]);
    expect(chartLines(all, traffic).map(({ label, look }) => [label, look])).toEqual([
      ['both ways', 0],
      ['up', 1],
      ['down', 2],
    ]);
    const each = trainingsOf([data], 'each');
    expect(chartLines(each, traffic).map(({ label }) => label)).toEqual(['source 1', 'source 2']);
    expect(chartLines(all, accuracy)).toHaveLength(2);
  });

  it('of all sources together end at the traffic of all, of one at its own', () => {
    const last = (view: 'all' | number): number => {
      const [line] = chartLines(trainingsOf([data], view), traffic);
      return valueAt(line, Infinity);
    };
    expect(last('all')).toBe(80);
    expect(last(1)).toBe(40);
  });
});
