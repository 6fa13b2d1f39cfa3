import { describe, expect, it } from 'vitest';
import { bandsOf } from '../../../main/charts/drawable/band.ts';
import { linesOf, sampleLines } from '../../../main/charts/drawable/lines.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { seriesOf } from '../../../main/charts/series.ts';
import type { LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import { stepsOf, trainingsOf } from '../../../main/charts/trainings.ts';
import { epoch, run, steps } from '../../support/chart-data.ts';

const lines = (name: string, changes: Partial<LineChartSpec> = {}): LineChartSpec =>
  namedChart(name, changes) as LineChartSpec;

describe('series', () => {
  const trained = run(1, 'deprune', {
    steps: steps(8, { phase: (i) => (i < 4 ? 0 : 1), budget: (i) => (i < 4 ? 4 : NaN) }),
    epochs: [epoch(0, 0.4), epoch(1, 0.6, { phase: 1, budget: null })],
  });
  const series = (metric: LineChartSpec['metric'], x: LineChartSpec['x']) =>
    seriesOf(trainingsOf([trained]), metric, x)[0];

  it('place the same moment alike, whether known from steps or from epochs', () => {
    for (const axis of ['epoch', 'step', 'time', 'bytes'] as const) {
      const [ofSteps, ofEpochs] = [series('loss', axis), series('accuracy', axis)];
      expect(ofSteps.x[3]).toBeCloseTo(ofEpochs.x[0]);
      expect(ofSteps.x[7]).toBeCloseTo(ofEpochs.x[1]);
    }
  });

  it('sum traffic up and leave the gate loss out at full budget', () => {
    expect([...series('bytes', 'step').y.slice(0, 3)]).toEqual([300, 600, 900]);
    expect([...series('prune-loss', 'step').y]).toEqual([0.5, 0.5, 0.5, 0.5, NaN, NaN, NaN, NaN]);
    // 16 samples in a quarter of the eight seconds that the epoch took.
    expect(series('throughput', 'step').y[0]).toBeCloseTo(8);
  });

  it('mark the phases where they lie on the axis', () => {
    expect(series('loss', 'epoch').phases).toEqual([
      { phase: 0, budget: 4, from: 0, to: 1 },
      { phase: 1, budget: null, from: 1, to: 2 },
    ]);
    expect(series('accuracy', 'bytes').phases[1]).toMatchObject({ from: 1200, to: 2400 });
  });

  it('have traffic from the epochs when there are no steps', () => {
    const [bytes] = seriesOf(trainingsOf([run(1, 'old', { epochs: [epoch(0, 0.4)] })]), 'bytes', 'epoch');
    expect([[...bytes.x], [...bytes.y]]).toEqual([[1], [1200]]);
  });

  it('take an epoch under way to be as long as the one before', () => {
    const [begun] = seriesOf(trainingsOf([run(1, 'live', { steps: steps(6) })]), 'loss', 'epoch');
    expect(begun.x[5]).toBe(1.5);
  });
});

describe('trainings', () => {
  it('of several sources count their bytes together, in the order of their steps', () => {
    const both = steps(8, { source: (i) => i % 2, step: (i) => i >> 1, epoch: (i) => i >> 3 });
    const together = stepsOf(both, 0, 'all');
    expect([...together.step]).toEqual([0, 1, 2, 3]);
    expect([...together.bytesUp]).toEqual([200, 200, 200, 200]);
    expect(together.clientSeconds[0]).toBeCloseTo(0.1);
    expect([...stepsOf(both, 0, 1).step]).toEqual([0, 1, 2, 3]);
    const [training] = trainingsOf([
      run(1, 'two', { sources: 2, steps: both, epochs: [epoch(0, 0.4), epoch(0, 0.6, { source: 1 }), epoch(1, 0.9)] }),
    ]);
    expect(training.epochs).toHaveLength(1);
    expect(training.epochs[0]).toMatchObject({ testAccuracy: 0.5, bytesUp: 800 });
  });

  it('of one run are told apart by their budgets, of like runs by seed or number', () => {
    const scratch = run(1, 'scratch', {
      pairs: [
        { training: 0, firstPhase: 0, lastPhase: 0, budget: null },
        { training: 1, firstPhase: 0, lastPhase: 0, budget: 4 },
      ],
      epochs: [epoch(0, 0.5, { budget: null }), epoch(0, 0.5, { training: 1 })],
    });
    expect(trainingsOf([scratch]).map(({ label }) => label)).toEqual(['scratch, full', 'scratch, 4 maps']);
    const seeds = [1, 2].map((seed) => run(seed, 'deprune', { seed }));
    expect(trainingsOf(seeds)).toMatchObject([
      { label: 'deprune, seed 1', family: 'deprune' },
      { label: 'deprune, seed 2', family: 'deprune' },
    ]);
    const other = [3, 4].map((number) => run(number, 'deprune', { seed: number - 2, settings: 'other' }));
    expect(trainingsOf([...seeds, ...other])).toMatchObject([
      { label: 'deprune (1), seed 1', family: 'deprune (1)' },
      { label: 'deprune (1), seed 2', family: 'deprune (1)' },
      { label: 'deprune (3), seed 1', family: 'deprune (3)' },
      { label: 'deprune (3), seed 2', family: 'deprune (3)' },
    ]);
    const again = [1, 2].map((number) => run(number, 'deprune', { seed: 7 }));
    expect(new Set(trainingsOf(again).map(({ family }) => family)).size).toBe(2);
  });
});

describe('pairs that a run trains one after another', () => {
  const phaseOf = (i: number): number => (i < 8 ? 0 : 1);
  const budgetOf = (i: number): number => (i < 8 ? NaN : 4);
  const prune = run(1, 'prune', {
    pairs: [
      { training: 0, firstPhase: 0, lastPhase: 0, budget: null },
      { training: 0, firstPhase: 1, lastPhase: 1, budget: 4 },
      { training: 0, firstPhase: 2, lastPhase: 2, budget: 1 },
    ],
    steps: steps(12, { phase: phaseOf, budget: budgetOf }),
    epochs: [0.4, 0.8, 0.6].map((accuracy, i) =>
      epoch(i, accuracy, { phase: phaseOf(4 * i), budget: i < 2 ? null : 4 }),
    ),
  });

  it('are trainings of their own, with epochs, bytes and seconds from their own beginning', () => {
    const [full, four, ...more] = trainingsOf([prune]);
    expect([full.label, four.label, more]).toEqual(['prune, full', 'prune, 4 maps', []]);
    expect([full.id, four.id]).toEqual(['0001-prune/0', '0001-prune/1']);
    expect(four.epochs).toMatchObject([{ epoch: 0, bytesUp: 400, bytesDown: 800, seconds: 8, testAccuracy: 0.6 }]);
    expect([...four.steps.step]).toEqual([0, 1, 2, 3]);
    expect([...four.steps.epoch]).toEqual([0, 0, 0, 0]);
    expect(four.start).toEqual({ epoch: 2, step: 8, seconds: 16, bytesUp: 800, bytesDown: 1600 });
    const [bytes] = seriesOf([four], 'bytes', 'time');
    expect([bytes.x.at(-1), bytes.y.at(-1)]).toEqual([8, 1200]);
  });

  it('lie in turn where they do in their run', () => {
    const [, four] = trainingsOf([prune]);
    const ends = (['epoch', 'step', 'time', 'bytes'] as const).map((axis) => {
      const [{ x, y, phases }] = seriesOf([four], 'bytes', axis, true);
      return [x.at(-1), y.at(-1), phases[0].to];
    });
    expect(ends).toEqual([
      [3, 3600, 3],
      [12, 3600, 12],
      [24, 3600, 24],
      [3600, 3600, 3600],
    ]);
    expect([...seriesOf([four], 'accuracy', 'epoch', true)[0].x]).toEqual([3]);
    const [whole] = trainingsOf([prune], 'all', 'wholes');
    expect([whole.label, whole.epochs.length, whole.steps]).toEqual(['prune', 3, prune.steps]);
  });
});

describe('lines', () => {
  const seeds = [0.4, 0.6].map((accuracy, i) =>
    run(i + 1, 'deprune', { epochs: [epoch(0, accuracy), epoch(1, accuracy + 0.2)] }),
  );

  it('of seeds are one band from least to most', () => {
    const [band] = bandsOf(seriesOf(trainingsOf(seeds), 'accuracy', 'epoch'));
    expect([band.least[0], band.mean[0], band.most[0]]).toEqual([0.4, 0.5, 0.6]);
    const width = (kind: 'sd' | 'se' | 'ci') =>
      bandsOf(seriesOf(trainingsOf(seeds), 'accuracy', 'epoch'), kind)[0].most[0] - 0.5;
    const deviation = Math.sqrt(0.02);
    expect(width('sd')).toBeCloseTo(deviation, 9);
    expect(width('se')).toBeCloseTo(deviation / Math.sqrt(2), 9);
    expect(width('ci')).toBeCloseTo((12.706 * deviation) / Math.sqrt(2), 9);
    expect(linesOf(trainingsOf(seeds), lines('accuracy-epoch'))).toHaveLength(1);
    expect(linesOf(trainingsOf(seeds), lines('accuracy-epoch', { seedsAsBand: false }))).toHaveLength(2);
  });

  it('show of a part no more than its neighbours, the band as well as the mean', () => {
    const long = [1, 2].map((seed) =>
      run(seed, 'deprune', { epochs: [0, 1, 2, 3, 4, 5].map((i) => epoch(i, i / 10)) }),
    );
    const spec = lines('accuracy-epoch');
    const [line] = sampleLines(linesOf(trainingsOf(long), spec), 100, [3, 4], false);
    const places = (points: Float64Array, width: number): number[] => [...points].filter((_, i) => i % width === 0);
    expect(places(line.main.points, 2)).toEqual([2, 3, 4, 5]);
    expect(places(line.ribbon!, 3)).toEqual([2, 3, 4, 5]);
  });

  it('are smoothed where that makes sense, with what was measured kept', () => {
    const noisy = [run(1, 'noisy', { steps: steps(40, { crossEntropy: (i) => i % 2 }) })];
    const smoothed = linesOf(trainingsOf(noisy), lines('loss-step', { smoothing: 0.9 }));
    expect(smoothed[0].raw).not.toBeNull();
    expect(Math.abs(smoothed[0].y[39] - 0.5)).toBeLessThan(0.1);
    const bytes = linesOf(trainingsOf(noisy), lines('bytes-step', { smoothing: 0.9 }));
    expect([bytes[0].raw, bytes[0].y[1]]).toEqual([null, 600]);
  });
});
