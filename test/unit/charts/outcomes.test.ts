import { describe, expect, it } from 'vitest';
import { csvCell } from '../../../main/charts/csv.ts';
import { frontsOf, outcomesOf } from '../../../main/charts/drawable/scatter.ts';
import type { LineChartSpec } from '../../../main/charts/kinds/lines.ts';
import { lines } from '../../../main/charts/kinds/lines.ts';
import type { ScatterChartSpec } from '../../../main/charts/kinds/scatter.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { isSmoothable } from '../../../main/charts/series.ts';
import { metrics } from '../../../main/charts/spec.ts';
import { trainingsOf } from '../../../main/charts/trainings.ts';
import { epoch, run, steps } from '../../support/chart-data.ts';

const spec = (x: ScatterChartSpec['x'], y: ScatterChartSpec['y'] = 'best-accuracy'): ScatterChartSpec => ({
  kind: 'scatter',
  x,
  y,
  logX: false,
});

/** Runs by what they reached and how fast; the faster they are the less they reach, but for the second one. */
const trainings = trainingsOf([
  run(1, 'slow', { epochs: [epoch(0, 0.9, { samplesPerSecond: 10 })] }),
  run(2, 'beaten', { epochs: [epoch(0, 0.5, { samplesPerSecond: 10 })] }),
  run(3, 'fast', { epochs: [epoch(0, 0.6, { samplesPerSecond: 40 })] }),
]);
const front = (x: ScatterChartSpec['x']): string[] =>
  frontsOf(outcomesOf(trainings, spec(x)), spec(x)).flatMap((one) => one.map(({ label }) => label));

describe('the Pareto front', () => {
  it('has of what is paid the least, of speed the most', () => {
    expect(front('bytes')).toEqual(['slow']);
    expect(front('throughput')).toEqual(['slow', 'fast']);
  });

  it('is one for each test set, as accuracies on different images do not beat one another', () => {
    const two = trainingsOf([
      run(1, 'easy', { testSet: 'mnist', epochs: [epoch(0, 0.99)] }),
      run(2, 'hard', { testSet: 'cifar10', epochs: [epoch(0, 0.6)] }),
      run(3, 'worse', { testSet: 'cifar10', epochs: [epoch(0, 0.5)] }),
    ]);
    const fronts = frontsOf(outcomesOf(two, spec('bytes')), spec('bytes'));
    expect(fronts.map((each) => each.map(({ label }) => label))).toEqual([['easy'], ['hard']]);
  });

  it('is chosen on the images held out where all have some, and drawn at what the test set says', () => {
    const of = (number: number, test: number, validation: number) =>
      run(number, `run ${number}`, { epochs: [epoch(0, test, { bytesUp: number, validationAccuracy: validation })] });
    const chosen = (...runs: ReturnType<typeof of>[]): unknown =>
      frontsOf(outcomesOf(trainingsOf(runs), spec('bytes')), spec('bytes')).map((one) =>
        one.map(({ label, gain }) => [label, gain]),
      );
    expect(chosen(of(1, 0.7, 0.6), of(2, 0.6, 0.8))).toEqual([
      [
        ['run 1', 0.7],
        ['run 2', 0.6],
      ],
    ]);
    expect(chosen(of(1, 0.7, 0.6), of(2, 0.6, NaN))).toEqual([[['run 1', 0.7]]]);
  });

  it('counts bytes a sample both ways', () => {
    const [training] = trainingsOf([run(1, 'one', { steps: steps(4), epochs: [epoch(0, 0.5)] })]);
    // Steps of 16 samples with 100 bytes up and 200 down.
    expect(outcomesOf([training], spec('bytes-per-sample'))[0].cost).toBe(300 / 16);
  });

  it('takes the best accuracy or the last', () => {
    const [training] = trainingsOf([run(1, 'one', { epochs: [epoch(0, 0.7), epoch(1, 0.5)] })]);
    const gain = (y: ScatterChartSpec['y']): number => outcomesOf([training], spec('bytes', y))[0].gain;
    expect([gain('best-accuracy'), gain('last-accuracy')]).toEqual([0.7, 0.5]);
  });
});

it('what was set, and what is added up, is never smoothed', () => {
  const smoothed = metrics.filter(isSmoothable);
  expect(smoothed).toEqual([
    'accuracy',
    'train-accuracy',
    'test-loss',
    'loss',
    'prune-loss',
    'throughput',
    'validation-loss',
    'validation-accuracy',
    'distance-correlation',
  ]);
});

it('the CSV of a smoothed line has what was measured and what is drawn', () => {
  const chart = namedChart('loss-step', { smoothing: 0.5, seedsAsBand: false }) as LineChartSpec;
  const noisy = trainingsOf([run(1, 'noisy', { steps: steps(3, { crossEntropy: (i) => [4, 0, 2][i] }) })]);
  const given = { trainings: noisy, plan: null, source: 'all', range: null } as const;
  const rows = [...lines.rows(lines.data(given, chart), chart)].map((row) => row.slice(3));
  expect(rows).toEqual([
    ['series', 'step', 'loss'],
    ['measured', 1, 4],
    ['measured', 2, 0],
    ['measured', 3, 2],
    ['smoothed', 1, 4],
    // Half of each before, over what all weights add up to: 3/4, then 7/8.
    ['smoothed', 2, 1 / 0.75],
    ['smoothed', 3, expect.closeTo(1.5 / 0.875, 9)],
  ]);
});

it('a cell of CSV is quoted wherever a reader could take it apart', () => {
  expect(['a,b', 'a"b', 'a\rb', 'a\nb', 'plain', 1.5].map((cell) => csvCell(cell))).toEqual([
    '"a,b"',
    '"a""b"',
    '"a\rb"',
    '"a\nb"',
    'plain',
    '1.5',
  ]);
});
