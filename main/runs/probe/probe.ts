import { describeDataset } from '../../data/datasets.ts';
import { inputFacts, type InputFacts } from '../../data/input.ts';
import type { BatchOptions } from '../../data/pipeline.ts';
import type { Batch } from '../../data/source.ts';
import { SluiceError } from '../../errors.ts';
import { buildClient } from '../../model/build.ts';
import type { CodecChoice } from '../../offload/codecs/table.ts';
import { bestPairs } from '../../records/best-epoch.ts';
import type { Budget } from '../../records/column.ts';
import type { PairRecord } from '../../records/record.ts';
import { clientHalf, type ClientHalf } from '../../training/client.ts';
import { codecsFor, codecSettings } from '../../training/controller.ts';
import { planTrainings } from '../../training/plan.ts';
import { pairFolder, readHalf } from '../checkpoint/pair.ts';
import { phasesAt } from '../experiment/budgets.ts';
import { experimentNetwork } from '../experiment/check.ts';
import { featuresAt } from '../experiment/features.ts';
import type { Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { batchesOf, trainDecoder, type Observed } from './decoder.ts';
import type { ProbeReport } from './file.ts';
import { firstBatches, observe, unnormalised } from './observe.ts';
import { pictureGrid } from './pictures.ts';
import { similarity, windowSide } from './similarity.ts';

export interface ProbeOptions {
  /** One budget of the run (null: all maps); all it has pairs of unless given. */
  readonly budget?: Budget;
  /** Training images that the attacker has. */
  readonly images: number;
  readonly epochs: number;
  readonly seed: number;
  /** Hears how much of the work is done, from 0 to 1; what it throws ends the probe. */
  readonly onProgress?: (done: number) => void;
}

/** Fewer teach a decoder nothing. */
const fewestImages = 64;
const mostTestImages = 256;
const pictured = 10;

/** A run that can be probed: for each budget the pair to probe, the fullest first. */
export interface Probeable {
  readonly run: Run;
  readonly pairs: readonly PairRecord[];
  readonly facts: InputFacts;
  readonly folder: string;
}

/**
 * What a probe of a run needs, before anything is computed. Throws `no-weights`, `budget-missing`, `probe-unfit` where the image
 * itself crosses or SSIM's window has no room, `samples-exceeded` and `too-few-images`.
 */
export function probeable(store: Store, run: Run, { budget, images }: ProbeOptions): Probeable {
  const { id, experiment } = run;
  const info = describeDataset(experiment.dataset.name);
  const { network, cut } = experimentNetwork(experiment, info);
  if (!featuresAt(network, cut).clientTrains) {
    const message = `In run ${id} (${experiment.method}, split at layer ${cut.layer}) the image itself crosses the network: there is nothing to reconstruct. Probe a run whose client computes layers.`;
    throw new SluiceError('probe-unfit', message, { path: 'run' });
  }
  const [height, width] = info.shape;
  if (height !== width || height < windowSide) {
    const message = `The images of "${info.name}" are ${height} × ${width}: a probe needs square ones of at least ${windowSide} pixels a side.`;
    throw new SluiceError('probe-unfit', message, { path: 'dataset.name' });
  }
  const pairs = pairsOf(store, run, budget);
  requireImages(run, images, info.trainSamples);
  return { run, pairs, facts: inputFacts(experiment.dataset.name)!, folder: store.folder(id) };
}

function pairsOf(store: Store, { id }: Run, budget: Budget | undefined): PairRecord[] {
  const best = bestPairs(store.pairs(id));
  if (best.length === 0) {
    throw new SluiceError('no-weights', `Run ${id} has no trained pair yet. Let it finish a phase, then probe it.`, {
      path: 'run',
    });
  }
  const all = best.sort((a, b) => (b.budget ?? Infinity) - (a.budget ?? Infinity));
  if (budget === undefined) return all;
  const asked = all.find((pair) => pair.budget === budget);
  if (asked) return [asked];
  const there = all.map((pair) => pair.budget ?? 'full').join(', ');
  throw new SluiceError(
    'budget-missing',
    `Run ${id} has no pair of budget ${budget ?? 'full'}. It has ${there}: take one of these.`,
    { path: 'budget' },
  );
}

function requireImages({ id, experiment }: Run, images: number, all: number): void {
  const { trainSamples = all, testSamples = Infinity } = experiment.dataset;
  if (images < fewestImages || testSamples < 2) {
    const message = `images is ${images}: expected at least ${fewestImages}, from which a decoder can learn anything.`;
    throw new SluiceError('too-few-images', message, { path: 'images' });
  }
  const held = Math.ceil((experiment.validation ?? 0) * trainSamples);
  if (images <= trainSamples - held) return;
  const message = `images is ${images}, but run ${id} trains on ${trainSamples - held}. Ask for at most so many (--images).`;
  throw new SluiceError('samples-exceeded', message, { path: 'images' });
}

/**
 * Trains, on the open engine, an attacker's decoder for each budget on what crosses for training images of the run, and
 * judges it on test images that neither has seen. Gives the report, and pictures beside the originals, which are the first row, as PNG.
 */
export async function probe(
  { run, pairs, facts, folder }: Probeable,
  options: ProbeOptions,
): Promise<{ readonly report: ProbeReport; readonly pictures: Uint8Array }> {
  const { images, epochs, seed } = options;
  const data = batchOptions(run);
  const testSamples = Math.min(mostTestImages, data.testSamples ?? describeDataset(data.dataset).testSamples);
  const train = await firstBatches(data, 'train', images);
  // Every class by its share, wherever they stand in the data set.
  const test = await firstBatches({ ...data, testSamples, seed }, 'test', testSamples);
  const [seen, unseen] = [unnormalised(train, facts), unnormalised(test, facts)];
  const work = progressOf(pairs.length * (train.length + test.length + epochs * batchesOf(images)), options);
  const rows = [unseen.slice(0, pictured)];
  const results: ProbeReport['results'] = [];
  for (const pair of pairs) {
    const client = await clientOf(run, folder, pair, facts);
    try {
      const decoded = await attack(client, pair, { run, train, test, seen, facts, options, work });
      results.push({ budget: pair.budget, ...similarity(decoded, unseen, facts.shape) });
      rows.push(decoded.slice(0, pictured));
    } finally {
      client.dispose();
    }
  }
  const mean = meanOf(seen);
  const baseline = similarity(
    unseen.map(() => mean),
    unseen,
    facts.shape,
  );
  const report = { seed, images, testImages: unseen.length, epochs, results, baseline };
  return { report, pictures: await pictureGrid(rows, facts.shape) };
}

interface Attack {
  readonly run: Run;
  readonly train: readonly Batch[];
  readonly test: readonly Batch[];
  readonly seen: Observed['images'];
  readonly facts: InputFacts;
  readonly options: ProbeOptions;
  readonly work: () => void;
}

/** What a decoder that learnt from the training images makes of the maps of the test images. */
async function attack(
  client: ClientHalf,
  pair: PairRecord,
  { run, train, test, seen, facts, options, work }: Attack,
): Promise<Float32Array[]> {
  const crossing = { budget: pair.budget, codec: codecOf(run, pair), onBatch: work };
  const { maps, shape } = await observe(client, train, crossing);
  const unseen = await observe(client, test, crossing);
  const { epochs, seed } = options;
  const decoder = await trainDecoder(
    { maps, images: seen },
    { from: shape, to: facts.shape, epochs, seed, onBatch: work },
  );
  try {
    return await decoder.decode(unseen.maps);
  } finally {
    decoder.dispose();
  }
}

/** How the maps of a pair crossed as it was trained. */
export function codecOf({ experiment }: Run, { training, phase, budget }: PairRecord): CodecChoice {
  const info = describeDataset(experiment.dataset.name);
  const { network, cut } = experimentNetwork(experiment, info);
  const features = featuresAt(network, cut);
  const planned = planTrainings(experiment.method, phasesAt(experiment, features), features.sent[2]);
  const { own } = planned[training][phase];
  return codecsFor(budget, { ...codecSettings(experiment.codec), own }).up;
}

function batchOptions({ experiment, seed }: Run): BatchOptions {
  const { dataset, validation, batchSize } = experiment;
  const { name, trainSamples, testSamples } = dataset;
  return { dataset: name, trainSamples, testSamples, validation, augment: false, batchSize, seed };
}

async function clientOf(run: Run, folder: string, pair: PairRecord, { shape, classes }: InputFacts) {
  const { experiment, uid } = run;
  const { tensors } = await readHalf(pairFolder(folder, pair), 'client', uid);
  const info = { ...describeDataset(experiment.dataset.name), shape, classes };
  const { network, cut } = experimentNetwork(experiment, info);
  const settings = { optimiser: { momentum: 0, weightDecay: 0 }, seed: run.seed };
  const client = clientHalf(buildClient(network, cut, settings), {
    ...settings,
    input: network.input,
    gate: experiment.gate,
  });
  client.write({ weights: tensors, momentum: {} });
  return client;
}

function progressOf(steps: number, { onProgress }: ProbeOptions): () => void {
  let done = 0;
  return () => onProgress?.(++done / steps);
}

function meanOf(images: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(images[0].length);
  for (const image of images) image.forEach((value, i) => (mean[i] += value / images.length));
  return mean;
}
