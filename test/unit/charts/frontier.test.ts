import { beforeEach, describe, expect, it } from 'vitest';
import type { FrontierRow } from '../../../main/charts/drawable/frontier.ts';
import { frontierOf } from '../../../main/charts/drawable/frontier.ts';
import { frontierOption } from '../../../main/charts/drawing/frontier-option.ts';
import { screenStyle } from '../../../main/charts/style.ts';
import type { FrontierChartSpec } from '../../../main/charts/kinds/frontier.ts';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { syntheticInfo } from '../../../main/data/synthetic.ts';
import { chartCsv } from '../../../main/exports/charts/chart-csv.ts';
import { readTrainings } from '../../../main/exports/charts/chart-data.ts';
import { chartOf } from '../../../main/exports/charts/chart.ts';
import type { ExperimentInput } from '../../../main/runs/experiment/experiment.ts';
import { frontierFacts } from '../../../main/runs/experiment/frontier-facts.ts';
import type { Run } from '../../../main/runs/store/run.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import { epochOf, trainedRun } from '../../support/run-curves.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

let store: Store;
let fullRuns: readonly Run[];
let smallRuns: readonly Run[];
let never: Run;

const [two, full] = [{ budget: 2, epochs: 3 } as const, { budget: 'full', epochs: 3 } as const];
const base = { dataset: { name: 'synthetic', trainSamples: 100 } };

/** Epochs of 3 × `bytes` each, both ways, at the budget of the first phase. */
function made(input: ExperimentInput, accuracies: readonly number[], bytes: number, seed = 1): Run {
  const run = trainedRun(store, { ...base, ...input }, [], { seed });
  const [{ budget }] = run.experiment.phases;
  const at = { budget: typeof budget === 'number' ? budget : null };
  store.append(
    run.id,
    accuracies.map((accuracy, epoch) => epochOf(epoch, accuracy, bytes, at)),
  );
  return run;
}

const small: ExperimentInput = { name: 'small', method: 'high-compression', phases: [two] };

beforeEach(() => {
  store = openTestStore(temporaryFolder());
  const whole: ExperimentInput = { name: 'full', method: 'full', phases: [full] };
  fullRuns = [1, 2].map((seed) => made(whole, [0.4, 0.6, 0.5], 1000, seed));
  // The best of the full budget is 60 %: 59.5 % is enough.
  smallRuns = [
    made(small, [0.595, 0.7, 0.7], 10, 1),
    made(small, [0.5, 0.6, 0.6], 20, 2),
    made(small, [0.5, 0.59, 0.594], 30, 3),
  ];
  never = made({ ...small, name: 'never', codec: { up: 'int8', down: 'float16' } }, [0.1, 0.2, 0.3], 5);
});

function frontierOfRuns(runs: readonly Run[], margin = 0.5) {
  const facts = runs.map(({ id, experiment }) => frontierFacts(id, experiment, syntheticInfo));
  return frontierOf(readTrainings(store, runs), facts, margin);
}

const chart = namedChart('frontier') as FrontierChartSpec;
const style = screenStyle('light', 600, 'sans-serif');

const brief = ({ family, bytes, fewer }: FrontierRow): unknown => [family, bytes?.mean ?? null, fewer];

describe('the frontier', () => {
  it('tells the bytes of both directions to the accuracy of the full budget less the margin, over the seeds', () => {
    const { rows, problem } = frontierOfRuns([...fullRuns, ...smallRuns, never]);
    expect(problem).toBeNull();
    expect(rows.map(({ family }) => family)).toEqual(['small', 'full', 'never']);
    const [small, whole, last] = rows;
    // 3 × 10 bytes after one epoch, 3 × 2 × 20 after two; the third seed ends a tenth of a point below.
    expect(small).toMatchObject({ method: 'high-compression', budget: 2, seeds: 3, baseline: 'full', fewer: null });
    expect(small.bytes).toMatchObject({ mean: 75, least: 30, most: 120, count: 2, of: 3 });
    expect(small.level).toBeCloseTo(0.595, 12);
    expect(whole).toMatchObject({ budget: null, fewer: 1, bytes: { mean: 6000, count: 2, of: 2 } });
    // Not reached, with all it sent.
    expect(last).toMatchObject({ bytes: null, sent: 45, seeds: 1, codecs: 'int8 ↑ float16 ↓' });
  });

  it('has the margin one asks for', () => {
    expect(frontierOfRuns([...fullRuns, ...smallRuns], 10).rows.map(brief)).toEqual([
      // All seeds are as accurate as 50 % after the first epoch: 30, 60 and 90 bytes.
      ['small', 60, 100],
      ['full', 6000, 1],
    ]);
  });

  it('always has the raw images, once: a byte a value of every image trained on', () => {
    expect(frontierOfRuns([...fullRuns, never]).raw).toEqual([{ dataset: 'synthetic', bytes: 100 * 3072 }]);
    const held = made({ name: 'held', method: 'full', phases: [full], validation: 0.25 }, [0.4], 10);
    const { rawBytes } = frontierFacts(held.id, held.experiment, { ...syntheticInfo, shape: [8, 8, 1] });
    expect(rawBytes).toBe(75 * 64);
  });

  it('takes the plain split where there is no full budget, and nothing of other networks, images or epochs', () => {
    const plain = made({ name: 'plain', method: 'plain-split', split: { module: null }, phases: [full] }, [0.5], 50);
    expect(frontierOfRuns([plain, never]).rows[0].baseline).toBe('plain');
    const axis = (runs: readonly Run[]) => frontierOption(frontierOfRuns(runs), chart, style).xAxis;
    expect(axis([plain, never])).toMatchObject({ name: 'Bytes to the baseline −0.5 points' });
    expect(axis([plain, never, ...fullRuns])).toMatchObject({ name: 'Bytes to the full budget −0.5 points' });
    expect(frontierOfRuns([plain, never, ...fullRuns]).rows.map(({ baseline }) => baseline)).toEqual(
      Array<string>(3).fill('full'),
    );
    const strangers: ExperimentInput[] = [
      { model: { name: 'cnn' } },
      { dataset: { ...base.dataset, trainSamples: 99 } },
      { phases: [{ ...full, epochs: 4 }] },
    ];
    for (const stranger of strangers) {
      const other = made({ name: 'other', method: 'full', phases: [full], ...stranger }, [0.5], 50);
      const { rows, problem } = frontierOfRuns([other, ...smallRuns]);
      expect(problem).toBeNull();
      expect(rows.find(({ family }) => family === 'small')).toMatchObject({ level: null, baseline: null, bytes: null });
    }
  });

  it('says what is missing instead of drawing', () => {
    expect(frontierOfRuns([...smallRuns, never]).problem).toMatch(/no baseline.*method full/s);
    expect(frontierOfRuns(fullRuns).problem).toMatch(/nothing beside/);
    const facts = [...fullRuns, never].map(({ id, experiment }) => frontierFacts(id, experiment, null));
    expect(frontierOf(readTrainings(store, [...fullRuns, never]), facts, 0.5).problem).toMatch(/synthetic.*not here/);
    expect(() => chartOf(store, readTrainings(store, [never]), namedChart('frontier')!)).toThrow(/no baseline/);
  });

  it('counts what a pair that was gone on with owes to the pairs before it', () => {
    const phases = [
      { ...full, epochs: 1 },
      { ...two, epochs: 2 },
    ];
    const trained = made({ name: 'pruned', method: 'prune', phases }, [0.5], 100);
    const later = { ...store.epochs(trained.id)[0], epoch: 1, phase: 1, budget: 2, testAccuracy: 0.7 };
    store.append(trained.id, [{ ...later, bytesUp: 110, bytesDown: 210 }]);
    const { rows } = frontierOfRuns([...fullRuns, trained]);
    expect(rows.find(({ budget }) => budget === 2)?.bytes?.mean).toBe(320);
  });

  it('draws no more rows than can be read, the cheapest, and says how many there are', () => {
    const rows = frontierOfRuns([...fullRuns, ...smallRuns, never]).rows;
    const many = Array.from({ length: 9 }, (_, i): FrontierRow => ({ ...rows[0], id: `row ${i}` }));
    const spec = { kind: 'frontier', margin: 0.5, logX: true } as const;
    const drawn = (some: readonly FrontierRow[]): [points: number, name: unknown] => {
      const { series, xAxis } = frontierOption(
        { rows: some, raw: [], problem: null },
        spec,
        screenStyle('light', 600, 'sans-serif'),
      );
      const points = (series as { type: string; id: string }[]).filter(({ type }) => type === 'scatter');
      return [points.length, (xAxis as { name: unknown }).name];
    };
    expect(drawn(many.slice(0, 6))).toEqual([6, 'Bytes to the full budget −0.5 points']);
    expect(drawn(many)).toEqual([6, 'Bytes to the full budget −0.5 points; the first 6 of 9']);
  });

  it('becomes CSV with method, codecs and budget beside, and a row of the raw images', () => {
    const runs = [...fullRuns, ...smallRuns, never];
    const csv = chartCsv(chartOf(store, readTrainings(store, runs), namedChart('frontier', { margin: 0.5 })!), []);
    const lines = csv.split('\r\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe(
      'training,method,codecs,budget,seeds,reached,bytes_mean,bytes_sd,bytes_min,bytes_max,bytes_sent,accuracy,baseline,times_fewer_than_baseline',
    );
    expect(lines[1]).toMatch(/^small,high-compression,float16 ↑ float32 ↓,2,3,2,75,63\.63\d*,30,120,180,0\.595,full,$/);
    expect(lines[3]).toMatch(/^never,high-compression,int8 ↑ float16 ↓,2,1,0,,,,,45,0\.595,full,$/);
    expect(lines[4]).toBe('raw images of synthetic,raw,,,,,307200,,307200,307200,307200,,,');
  });
});
