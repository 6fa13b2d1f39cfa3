import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { openPipeline } from '../../../../main/data/pipeline.ts';
import type { Batch, Portion } from '../../../../main/data/source.ts';
import { serverHalfOf } from '../../../../main/processes/source/server-half.ts';
import { superviseRun } from '../../../../main/processes/run/supervise.ts';
import { linkOf, type Experiment, type ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { createRuns } from '../../../../main/runs/life/lifecycle.ts';
import { performRun } from '../../../../main/runs/life/perform.ts';
import type { Run } from '../../../../main/runs/store/run.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { planSearch } from '../../../../main/runs/search/search.ts';
import { experimentsOf } from '../../../../main/runs/sweep/points.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { forget, seen } from './seen.ts';
import { sourceExperiment, workOn } from './worked.ts';

/** Whatever governs the images, the devices, the network between them, and how a run is called. */
export const runRows: Readonly<Record<string, () => void | Promise<void>>> = {
  async name() {
    const { store, runs } = await created({ name: 'half as wide' });
    expect(store.find(runs[0].id).name).toBe('half as wide');
  },
  async notes() {
    const { store, runs } = await created({ notes: 'half as good?' });
    expect(store.annotations(runs[0].id).notes).toBe('half as good?');
  },
  async seeds() {
    const { runs } = await created({ seeds: [7, 9] });
    expect(runs.map(({ seed }) => seed)).toEqual([7, 9]);
    const experiment = sourceExperiment({ dataset: { augment: false } });
    for (const seed of [1, 2]) {
      const worked = await workOn(experiment, { seed });
      // Which images there are, and in which order, is drawn by the seed.
      const expected = await planned(experiment, seed);
      expect(imagesOf('train')).toEqual(expected);
      expect(worked.last.position).toMatchObject({ training: 1 });
    }
    expect(await planned(experiment, 1)).not.toEqual(await planned(experiment, 2));
  },
  'sweep.kind'() {
    const settings = { batchSize: [4, 8], threads: [1, 2] };
    expect(sweptTo({ kind: 'grid', settings })).toEqual(['4 1', '4 2', '8 1', '8 2']);
    expect(sweptTo({ kind: 'list', settings })).toEqual(['4 1', '8 2']);
  },
  'sweep.settings'() {
    expect(sweptTo({ settings: { threads: [3, 5] } })).toEqual(['16 3', '16 5']);
  },
  'sweep.runs'() {
    for (const runs of [1, 7]) {
      expect(sweptTo({ kind: 'random', runs, settings: { batchSize: { from: 1, to: 64 } } })).toHaveLength(runs);
    }
  },
  'sweep.seed'() {
    const drawn = (seed: number) => sweptTo({ kind: 'random', seed, settings: { batchSize: { from: 1, to: 4096 } } });
    expect(drawn(4)).toEqual(drawn(4));
    expect(drawn(4)).not.toEqual(drawn(5));
  },
  'search.settings'() {
    const { points } = soughtBy({ settings: { batchSize: [4, 8], threads: [1] } });
    expect(points.map(({ experiment: { batchSize, threads } }) => `${batchSize} ${threads}`).sort()).toEqual([
      '4 1',
      '8 1',
    ]);
  },
  'search.trials'() {
    for (const trials of [1, 7]) expect(soughtBy({ trials }).points).toHaveLength(trials);
  },
  'search.seed'() {
    const drawn = (seed: number) => soughtBy({ seed }).points.map(({ values }) => values);
    expect(drawn(4)).toEqual(drawn(4));
    expect(drawn(4)).not.toEqual(drawn(5));
  },
  'search.floor'() {
    expect(soughtBy({ floor: 0.6 }).goal.floor).toBe(0.6);
    expect(() => soughtBy({ floor: 0.1 })).toThrow('search.floor is 0.1: expected more than chance, which is 0.1');
  },
  'search.maxBytes'() {
    expect(() => soughtBy({ floor: undefined, maxBytes: 10 })).toThrow(/its first epoch alone sends \d+ bytes/);
    expect(soughtBy({ floor: undefined, maxBytes: 1e9 }).goal).toMatchObject({ maxBytes: 1e9, floor: null });
  },
  'search.rungs.unit'() {
    expect(soughtBy({ rungs: { unit: 'epochs' } }).goal.rungs).toEqual([1, 3, Infinity]);
  },
  'search.rungs.count'() {
    for (const count of [1, 3]) expect(rungsOf({ rungs: { count } })).toHaveLength(count);
  },
  'search.rungs.reduction'() {
    const [first, second] = rungsOf({ rungs: { reduction: 4, count: 3 } });
    expect(second / first).toBeCloseTo(4, 2);
  },
  'search.rungs.at'() {
    expect(rungsOf({ rungs: { at: [5, 50] } })).toEqual([5, 50, Infinity]);
  },
  async 'dataset.name'() {
    await expect(workOn(sourceExperiment({ dataset: { name: 'mnist' }, batchSize: 1 }))).rejects.toThrow(/mnist/);
  },
  async 'dataset.trainSamples'() {
    const { steps } = await workOn(sourceExperiment({ dataset: { trainSamples: 13 } }));
    expect(steps.map(({ samples }) => samples)).toEqual([8, 5, 8, 5]);
  },
  async 'dataset.testSamples'() {
    await workOn(sourceExperiment({ dataset: { testSamples: 7 } }));
    expect(batchesOf('test').map(({ samples }) => samples)).toEqual([7, 7]);
  },
  async validation() {
    const { steps, epochs } = await workOn(sourceExperiment({ validation: 0.25, dataset: { augment: false } }));
    expect(steps.map(({ samples }) => samples)).toEqual([8, 4, 8, 4]);
    expect(batchesOf('validation').map(({ samples }) => samples)).toEqual([4, 4]);
    const [held, trained] = [new Set(imagesOf('validation')), imagesOf('train')];
    expect(trained.filter((image) => held.has(image))).toEqual([]);
    // Quarters of four images: what is held out is judged after each epoch, beside the test set.
    for (const { validationAccuracy } of epochs) expect([0, 0.25, 0.5, 0.75, 1]).toContain(validationAccuracy);
    const { epochs: without } = await workOn(sourceExperiment({}));
    expect(without.map(({ validationAccuracy }) => validationAccuracy)).toEqual([NaN, NaN]);
  },
  async 'stop.patience'() {
    // Nothing is learned, so that no epoch is better than the first.
    const still = { optimiser: { learningRate: 1e-9 }, phases: [{ budget: 'full' as const, epochs: 5 }] };
    expect(await epochsOf({ ...still, stop: { patience: 2 } })).toEqual([0, 0, 0]);
  },
  async 'stop.accuracy'() {
    const [long, rising] = [[3], [2, 2]].map((all) => all.map((epochs, i) => ({ budget: i + 1, epochs })));
    expect(await epochsOf({ method: 'high-compression', phases: long, stop: { accuracy: 1 } })).toHaveLength(3);
    // One of ten test images is right by chance alone, sooner or later: then the pair of the larger budget is not trained for.
    const learns = { optimiser: { learningRate: 0.05 }, dataset: { trainSamples: 40 } };
    expect(await epochsOf({ ...learns, method: 'deprune', phases: rising, stop: { accuracy: 0.1 } })).toEqual([0]);
  },
  async 'stop.bytes'() {
    const falls = [2, 1].map((budget) => ({ budget, epochs: 3 }));
    // Each pair by what was sent for it.
    expect(await epochsOf({ method: 'prune', phases: falls, stop: { bytes: 1 } })).toEqual([0, 1]);
    expect(await epochsOf({ method: 'scratch', phases: falls, stop: { bytes: 1 } })).toEqual([0, 0]);
    expect(await epochsOf({ method: 'deprune', phases: falls.toReversed(), stop: { bytes: 1 } })).toEqual([0]);
  },
  async 'dataset.augment'() {
    const plain = new Set(await planned(sourceExperiment({ dataset: { augment: false } }), 1));
    await workOn(sourceExperiment({ dataset: { augment: false } }));
    expect(imagesOf('train').filter((image) => !plain.has(image))).toEqual([]);
    await workOn(sourceExperiment({ dataset: { augment: true } }));
    const [first, second] = [imagesOf('train').slice(0, 16), imagesOf('train').slice(16)];
    expect(first.filter((image) => plain.has(image)).length).toBeLessThan(4);
    // Anew in every epoch.
    expect(second.filter((image) => first.includes(image)).length).toBeLessThan(4);
  },
  async batchSize() {
    const { steps } = await workOn(sourceExperiment({ batchSize: 5 }));
    expect(steps.map(({ samples }) => samples)).toEqual([5, 5, 5, 1, 5, 5, 5, 1]);
  },
  async 'sources.count'() {
    const experiment = sourceExperiment({ dataset: { augment: false }, sources: { count: 2 } });
    const shares: string[][] = [];
    for (const index of [0, 1]) {
      const { steps } = await workOn(experiment, { index });
      expect(steps.map(({ samples, source }) => [samples, source])).toEqual([
        [8, index],
        [8, index],
      ]);
      shares.push(imagesOf('train').slice(0, 8));
    }
    expect(new Set(shares.flat())).toEqual(
      new Set(await planned(sourceExperiment({ dataset: { augment: false } }), 1)),
    );
  },
  async 'sources.skew'() {
    /** Classes of which both of two sources have images. */
    const shared = async (skew?: number): Promise<number> => {
      const experiment = sourceExperiment({ dataset: { trainSamples: 30 }, sources: { count: 2, skew } });
      const classes: Set<number>[] = [];
      for (const index of [0, 1]) {
        await workOn(experiment, { index });
        classes.push(new Set(batchesOf('train').flatMap(({ labels }) => [...labels])));
      }
      return [...classes[0]].filter((label) => classes[1].has(label)).length;
    };
    expect(await shared()).toBeGreaterThan(5);
    expect(await shared(0.01)).toBeLessThan(3);
  },
  async 'sources.serverHalf'() {
    const half = async (sources: ExperimentInput['sources']): Promise<string> =>
      (await sessionOf({ sources })).source.serverHalf;
    expect(await half({ count: 2 })).toBe('shared');
    expect(await half({ count: 2, serverHalf: 'own' })).toBe('own');
    expect(serverHalfOf(sourceExperiment({ sources: { serverHalf: 'shared' } }))).toBe('own');
  },
  async 'sources.gather'() {
    expect((await sessionOf({ sources: { count: 2, gather: true } })).source).toMatchObject({
      serverHalf: 'gathered',
      count: 2,
    });
  },
  async 'sources.threads'() {
    await workOn(sourceExperiment({ sources: { threads: 3 } }));
    expect(seen.engines).toEqual([{ engine: 'cpu', threads: 3 }]);
  },
  async 'sources.cpuShare'() {
    await workOn(sourceExperiment({ sources: { cpuShare: 0.25 } }));
    expect(seen.shares).toEqual([0.25]);
  },
  'link.up': () => passes('up', 7),
  'link.down': () => passes('down', 7),
  'link.rttMs': () => passes('rttMs', 7),
  'link.jitterMs': () => passes('jitterMs', 7),
  'link.loss': () => passes('loss', 0.07),
  async 'link.shared'() {
    expect(await linksOf({ up: 10, down: 20 })).toMatchObject({ shared: false });
    expect(await linksOf({ up: 10, down: 20, shared: true })).toMatchObject({ shared: true });
  },
  async processes() {
    const { store, runs } = await created({ processes: 'one' });
    forget();
    const run = await performRun(store, runs[0].id, (session) => superviseRun(session, {}));
    expect([run.status, seen.servers]).toEqual(['finished', []]);
    await linksOf({ up: 10, down: 10 });
    expect(seen.servers).toHaveLength(1);
  },
  async 'engine.client'() {
    await workOn(sourceExperiment({ engine: { client: 'webgpu', server: 'cpu' } }));
    expect(seen.engines).toEqual([{ engine: 'webgpu', threads: 1 }]);
    await workOn(sourceExperiment({ engine: 'auto' }));
    expect(seen.engines).toEqual([{ engine: 'auto', threads: 1 }]);
  },
  async 'engine.server'() {
    await linksOf('lte', { engine: { client: 'cpu', server: 'webgpu' } });
    expect(seen.servers).toMatchObject([{ engine: 'webgpu' }]);
    await linksOf('lte', { engine: 'cpu' });
    expect(seen.servers).toMatchObject([{ engine: 'cpu' }]);
  },
  async threads() {
    await workOn(sourceExperiment({ threads: 2 }));
    expect(seen.engines).toEqual([{ engine: 'cpu', threads: 2 }]);
    // Of several devices each has one.
    await workOn(sourceExperiment({ threads: 2, sources: { count: 2 } }));
    expect(seen.engines).toEqual([{ engine: 'cpu', threads: 1 }]);
  },
};

/** The phases of the epochs of a run in one process. */
async function epochsOf(change: ExperimentInput): Promise<number[]> {
  const { store, runs } = await created({ ...change, processes: 'one' });
  forget();
  const run = await performRun(store, runs[0].id, (session) => superviseRun(session, {}));
  expect(run.status).toBe('finished');
  return store.epochs(run.id).map(({ phase }) => phase);
}

/** Batch size and threads of the experiments that a sweep makes. */
function sweptTo(sweep: ExperimentInput['sweep']): string[] {
  return experimentsOf({ sweep }).map(({ batchSize, threads }) => `${batchSize} ${threads}`);
}

/** What a search of batch sizes, or of what it says itself, is going to do. */
function soughtBy(search: Partial<NonNullable<ExperimentInput['search']>>): ReturnType<typeof planSearch> {
  const settings = { batchSize: { from: 1, to: 64 } };
  return planSearch({
    ...sourceExperiment({ phases: [{ budget: 2, epochs: 9 }] }),
    search: { floor: 0.5, settings, ...search },
  });
}

/** Those of points that send all alike. */
const rungsOf = (search: Parameters<typeof soughtBy>[0]): readonly number[] =>
  soughtBy({ settings: { lr: [0.1] }, ...search }).goal.rungs;

async function created(change: ExperimentInput): Promise<{ store: Store; runs: Run[] }> {
  const store = openTestStore(temporaryFolder());
  return { store, runs: await createRuns(store, [sourceExperiment(change)], 'settings') };
}

function pipelineOf({ dataset: { name, ...subset }, batchSize }: Experiment, seed: number) {
  return { dataset: name, ...subset, batchSize, seed };
}

const textOf = ({ images, samples }: Batch): string[] =>
  Array.from({ length: samples }, (_, i) => {
    const image = images.subarray((i * images.length) / samples, ((i + 1) * images.length) / samples);
    return createHash('sha256')
      .update(new Uint8Array(image.buffer, image.byteOffset, image.byteLength))
      .digest('hex');
  });

const batchesOf = (part: Portion): Batch[] => seen.batches.flatMap((each) => (each.part === part ? [each.batch] : []));

/** The images that were trained with, one after the other. */
const imagesOf = (part: Portion): string[] => batchesOf(part).flatMap(textOf);

/** The same as they are planned, for both epochs. */
async function planned(experiment: Experiment, seed: number): Promise<string[]> {
  const { prepare } = await openPipeline(pipelineOf(experiment, seed));
  const places = [0, 1].flatMap((epoch) => [0, 1].map((index) => [epoch, index] as const));
  const batches = await Promise.all(places.map(([epoch, index]) => prepare('train', epoch, index)));
  return batches.flatMap(textOf);
}

/** The session that a source asks an offload server for. */
async function sessionOf(change: ExperimentInput): Promise<(typeof seen.sessions)[number]> {
  const server = { url: 'ws://127.0.0.1:1', name: 'none', token: 'none' };
  await expect(workOn(sourceExperiment(change), { server })).rejects.toThrow('stopped at the session');
  return seen.sessions[0];
}

/** The links that a run starts. */
async function linksOf(
  link: ExperimentInput['link'],
  change: ExperimentInput = {},
): Promise<(typeof seen.links)[number]> {
  const { store, runs } = await created({ link, sources: { count: 3 }, ...change });
  forget();
  const run = performRun(store, runs[0].id, (session) => superviseRun(session, {}));
  await expect(run).rejects.toThrow('stopped at the links');
  expect(seen.links).toMatchObject([{ count: 3, seed: 1 }]);
  return seen.links[0];
}

async function passes(field: 'up' | 'down' | 'rttMs' | 'jitterMs' | 'loss', value: number): Promise<void> {
  const lte = linkOf(parseExperiment({ link: 'lte' }))!;
  const { shared, ...rates } = lte;
  expect(shared).toBe(false);
  expect((await linksOf('lte')).link).toEqual(rates);
  expect((await linksOf({ ...lte, [field]: value })).link).toEqual({ ...rates, [field]: value });
}
