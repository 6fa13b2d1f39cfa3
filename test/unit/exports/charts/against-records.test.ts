import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { stepTimesOf } from '../../../../main/charts/drawable/step-time.ts';
import { timeParts } from '../../../../main/records/columns.ts';
import { namedChart, runChartKinds } from '../../../../main/charts/kinds/table.ts';
import { readTrainings } from '../../../../main/exports/charts/chart-data.ts';
import { exportChart } from '../../../../main/exports/export.ts';
import { compare } from '../../../../main/exports/tables/compare.ts';
import { curvesOf } from '../../../../main/exports/tables/curves.ts';
import type { EpochRecord, StepRecord } from '../../../../main/records/record.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { shards, sum, unevenRecords, type Shards, type UnevenRecords } from '../../../support/uneven-run.ts';

/** Every chart, as the file that is its data, against the records of sources that have different numbers of batches. */

const paper = {
  widthMm: 85,
  heightMm: 60,
  dpi: 300,
  fontFamily: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
} as const;

let store: Store;

beforeEach(() => {
  store = openTestStore(temporaryFolder());
});

function recorded({ lengths }: Shards, { steps, epochs }: UnevenRecords): Run {
  const run = store.create(experiment({ name: 'uneven', sources: { count: lengths.length } }), 1);
  store.append(run.id, [...steps, ...epochs]);
  return run;
}

type Cells = Readonly<Record<string, string>>;

/** The rows of a chart's CSV by the names of its columns. */
async function rowsOf(runs: readonly Run[], name: string): Promise<Cells[]> {
  const chart = namedChart(name)!;
  const { data } = await exportChart(store, { runs: runs.map(({ id }) => id), chart, format: 'csv', paper });
  const lines = new TextDecoder().decode(data).trimEnd().split('\r\n');
  const [columns, ...rows] = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

/** The points that were measured, of a chart of lines. */
async function pointsOf(run: Run, metric: string, axis: string): Promise<{ x: number; y: number }[]> {
  const rows = await rowsOf([run], `${metric}-${axis}`);
  return rows.filter(({ series }) => series === 'measured').map((row) => ({ x: +row[axis], y: +row[metric] }));
}

/** How many steps an epoch has at a source: as many as in any that there is of it. */
function lengthAt(steps: readonly StepRecord[], source: number): number {
  const epochs = steps.filter((step) => step.source === source).map(({ epoch }) => epoch);
  return Math.max(...epochs.map((epoch) => epochs.filter((other) => other === epoch).length));
}

/** Gives the steps that ended after one place and up to another, each counted in the epochs of its own source. */
function placesOf(steps: readonly StepRecord[]): (from: number, to: number) => StepRecord[] {
  const lengths = new Map(steps.map(({ source }) => [source, lengthAt(steps, source)]));
  const placed = steps.map((step) => {
    const inEpoch = step.step - step.epoch * lengths.get(step.source)! + 1;
    return { step, place: step.epoch + inEpoch / lengths.get(step.source)! };
  });
  const tiny = 1e-9;
  return (from, to) => placed.flatMap(({ step, place }) => (place > from + tiny && place <= to + tiny ? [step] : []));
}

/** The epochs that all sources have finished, source by source. */
function finished(shape: Shards, { epochs }: UnevenRecords): EpochRecord[][] {
  const groups = Array.from({ length: shape.epochs }, (_, number) => epochs.filter(({ epoch }) => epoch === number));
  return groups.filter(({ length }) => length === shape.lengths.length);
}

function holds(check: (run: Run, records: UnevenRecords, shape: Shards) => Promise<void>): Promise<void> {
  return fc.assert(
    fc.asyncProperty(shards, async (shape) => {
      const records = unevenRecords(shape);
      if (records.steps.length === 0) return;
      await check(recorded(shape, records), records, shape);
    }),
    { seed: 4, numRuns: 12 },
  );
}

const traffic = {
  bytes: ({ bytesUp, bytesDown }: Pick<StepRecord, 'bytesUp' | 'bytesDown'>) => bytesUp + bytesDown,
  'bytes-up': ({ bytesUp }: StepRecord) => bytesUp,
  'bytes-down': ({ bytesDown }: StepRecord) => bytesDown,
};

describe('lines of several sources', () => {
  it('have at every place of the epochs the bytes of all that was ended by then', () =>
    holds(async (run, { steps }) => {
      const between = placesOf(steps);
      for (const [metric, of] of Object.entries(traffic)) {
        const points = await pointsOf(run, metric, 'epoch');
        for (const { x, y } of points) expect(y).toBe(sum(between(-1, x), of));
        expect(points.at(-1)?.y).toBe(sum(steps, of));
      }
    }));

  it('have of what was ended between two places the mean of its samples', () =>
    holds(async (run, { steps }) => {
      const between = placesOf(steps);
      const means = { loss: 'crossEntropy', 'prune-loss': 'pruneLoss' } as const;
      for (const [metric, column] of Object.entries(means)) {
        let from = -1;
        for (const { x, y } of await pointsOf(run, metric, 'epoch')) {
          const own = between(from, x);
          const isShown = metric === 'loss' || own[0].budget !== null;
          const mean = sum(own, (step) => step[column] * step.samples) / sum(own, ({ samples }) => samples);
          if (isShown) expect(y).toBeCloseTo(mean, 9);
          else expect(y).toBeNaN();
          from = x;
        }
      }
    }));

  it('lie over steps, bytes and time where they lie over epochs', () =>
    holds(async (run, records, shape) => {
      const { steps } = records;
      const groups = finished(shape, records);
      const epochs = await pointsOf(run, 'bytes', 'epoch');
      const most = Math.max(...steps.map(({ source }) => lengthAt(steps, source)));
      expect((await pointsOf(run, 'bytes', 'step')).map(({ x }) => x)).toEqual(
        epochs.map(({ x }) => expect.closeTo(x * most, 6) as number),
      );
      for (const { x, y } of await pointsOf(run, 'bytes', 'bytes')) expect(y).toBe(x);
      const times = await pointsOf(run, 'bytes', 'time');
      expect(times.map(({ y }) => y)).toEqual(epochs.map(({ y }) => y));
      times.forEach(({ x }, i) => expect(x).toBeGreaterThanOrEqual(i > 0 ? times[i - 1].x : 0));
      const whole = epochs.filter(({ x }) => x <= groups.length);
      const slowest = Math.max(0, ...groups.flat().map(({ seconds }) => seconds));
      expect(times[whole.length - 1]?.x ?? 0).toBeCloseTo(slowest, 6);
    }));

  it('have a throughput of all samples over all seconds', () =>
    holds(async (run, records, shape) => {
      const groups = finished(shape, records);
      const own = records.steps.filter(({ epoch }) => epoch < groups.length);
      const places = (await pointsOf(run, 'throughput', 'epoch')).filter(({ x }) => x <= groups.length);
      const points = (await pointsOf(run, 'throughput', 'time')).slice(0, places.length);
      const samples = points.map(({ x, y }, i) => y * (x - (points[i - 1]?.x ?? 0)));
      expect(sum(samples, (each) => each)).toBeCloseTo(
        sum(own, (step) => step.samples),
        5,
      );
    }));

  it('have of every finished epoch what its sources had on average, at the place where all had finished it', () =>
    holds(async (run, records, shape) => {
      const groups = finished(shape, records);
      const mean = (group: readonly EpochRecord[], of: (epoch: EpochRecord) => number): number =>
        sum(group, of) / group.length;
      const own = (group: readonly EpochRecord[]): StepRecord[] =>
        records.steps.filter(({ epoch }) => epoch === group[0].epoch);
      const expected: Record<string, (group: readonly EpochRecord[]) => number> = {
        accuracy: (group) => mean(group, ({ testAccuracy }) => testAccuracy),
        'test-loss': (group) => mean(group, ({ testLoss }) => testLoss),
        'train-accuracy': (group) =>
          sum(own(group), ({ correct }) => correct) / sum(own(group), ({ samples }) => samples),
      };
      for (const [metric, of] of Object.entries(expected)) {
        const points = groups.map((group) => ({ x: group[0].epoch + 1, y: expect.closeTo(of(group), 9) as number }));
        expect(await pointsOf(run, metric, 'epoch')).toEqual(points);
        const bytes = groups.map((group) => sum(group, traffic.bytes));
        expect((await pointsOf(run, metric, 'bytes')).map(({ x }) => x)).toEqual(bytes);
      }
      const rates = await pointsOf(run, 'learning-rate', 'epoch');
      for (const { x, y } of rates) expect(y).toBe(Math.ceil(x) - 1 >= shape.epochs / 2 ? 0.02 : 0.01);
    }));
});

describe('other charts of several sources', () => {
  it('have the bytes, the accuracy and the time of all sources', () =>
    holds(async (run, records, shape) => {
      const groups = finished(shape, records);
      if (groups.length === 0) return;
      const other = store.create(
        experiment({ name: 'other', optimiser: { momentum: 0.9 }, sources: { count: shape.lengths.length } }),
        1,
      );
      store.append(other.id, [...records.steps, ...records.epochs]);
      // An accuracy at another budget than the last one is no result of the training.
      const same = groups.filter(([{ budget }]) => budget === groups.at(-1)![0].budget);
      const best = Math.max(...same.map((group) => sum(group, ({ testAccuracy }) => testAccuracy) / group.length));
      const bytes = sum(groups.at(-1)!, traffic.bytes);
      const [outcome] = await rowsOf([run], 'pareto');
      expect([Number(outcome['bytes']), Number(outcome['best-accuracy'])]).toEqual([bytes, expect.closeTo(best, 9)]);
      const [line] = await rowsOf([run, other], 'parallel');
      expect([Number(line['traffic']), Number(line['best accuracy'])]).toEqual([bytes, expect.closeTo(best, 9)]);
    }));

  it('have the mean time of the steps of all sources', () =>
    holds(async (run, { steps }) => {
      const between = placesOf(steps);
      const most = Math.max(...steps.map(({ source }) => lengthAt(steps, source)));
      let from = 0;
      for (const row of await rowsOf([run], 'step-time')) {
        const to = Number(row['step']) / most;
        const own = between(from, to);
        for (const { column } of timeParts) {
          expect(Number(row[column])).toBeCloseTo(sum(own, (step) => step[column]) / own.length, 9);
        }
        from = to;
      }
      const [training] = readTrainings(store, [run]);
      const { parts } = stepTimesOf(training, 'step', 1);
      for (const { column, name } of timeParts) {
        expect(parts[name][0]).toBeCloseTo(sum(steps, (step) => step[column]) / steps.length, 9);
      }
    }));

  it('have the gate of the first source, which is the one that is kept', () =>
    holds(async (run, { steps }) => {
      const own = steps.filter(({ source }) => source === 0);
      if (own.length === 0) return;
      const rows = await rowsOf([run], 'gates');
      expect(rows.map(({ f }) => Number(f))).toEqual(own.flatMap(({ gates }) => [...gates!]));
      expect(rows.filter((_, i) => i % 4 === 0).map(({ epoch }) => Number(epoch))).toEqual(
        own.map(({ epoch }) => epoch),
      );
    }));

  // The frontier compares trainings of several runs: test/unit/charts/frontier.test.ts holds it against its records.
  it('are all among these, or the frontier', () => {
    const kinds = ['lines', 'scatter', 'frontier', 'parallel', 'gates', 'step-time'];
    expect(runChartKinds.map(({ kind }) => kind)).toEqual(kinds);
  });
});

it('epochs after a source was given up are those of the others, with all bytes', async () => {
  const shape: Shards = { lengths: [3, 2], epochs: 3, seed: 7, missing: [0, 0] };
  const all = unevenRecords(shape);
  const isThere = ({ source, epoch }: StepRecord | EpochRecord): boolean => source === 0 || epoch < 1;
  const records = { steps: all.steps.filter(isThere), epochs: all.epochs.filter(isThere) };
  const run = recorded(shape, records);
  expect(await pointsOf(run, 'accuracy', 'epoch')).toHaveLength(1);
  store.setStatus(run.id, 'running');
  store.setStatus(run.id, 'finished');
  expect((await pointsOf(run, 'accuracy', 'epoch')).map(({ y }) => y)).toEqual([
    expect.closeTo(
      sum(records.epochs.slice(0, 1), (epoch) => epoch.testAccuracy) / 2 + records.epochs[3].testAccuracy / 2,
      9,
    ),
    ...records.epochs.slice(1, 3).map(({ testAccuracy }) => testAccuracy),
  ]);
  const [{ values }] = compare(curvesOf(store, [store.find(run.id)])).results;
  expect([values.epochs?.mean, values.up?.mean]).toEqual([3, sum(records.steps, traffic['bytes-up'])]);
});

it('a comparison has all samples over all seconds, and all bytes', () =>
  holds(async (run, records, shape) => {
    const groups = finished(shape, records);
    if (groups.length === 0) return;
    const [{ values }] = compare(curvesOf(store, [run])).results;
    const own = records.steps.filter(({ epoch }) => epoch < groups.length);
    const seconds = Math.max(...groups.at(-1)!.map((epoch) => epoch.seconds));
    expect(values.speed?.mean).toBeCloseTo(sum(own, ({ samples }) => samples) / seconds, 6);
    expect([values.up?.mean, values.down?.mean]).toEqual([
      sum(own, traffic['bytes-up']),
      sum(own, traffic['bytes-down']),
    ]);
    // Lists tell the same, and count what any source has finished.
    if (shape.missing.every((steps) => steps === 0)) {
      const listed = store.results(run.id).get(run.id);
      expect(listed?.samplesPerSecond).toBeCloseTo(values.speed!.mean, 6);
      expect(listed?.trainingSeconds).toBeCloseTo(seconds, 6);
    }
    await Promise.resolve();
  }));
