import { random, shuffle } from '../random.ts';
import { describeDataset } from './datasets.ts';
import { openSamples } from './samples.ts';
import type { Shard } from './shard.ts';
import type { Samples } from './samples.ts';
import type { Batch, DatasetInfo } from './source.ts';
import type { Part } from './stored.ts';

export interface BatchOptions {
  /** Name of the data set. */
  readonly dataset: string;
  /** How many samples to use, drawn by seed, every class by its share; all when absent. */
  readonly trainSamples?: number | undefined;
  readonly testSamples?: number | undefined;
  readonly augment: boolean;
  readonly batchSize: number;
  /** Train on the images of one of several data sources; they all test on the same. */
  readonly shard?: Shard | undefined;
  readonly seed: number;
}

/** Makes any batch of any epoch, in any order. */
export interface Pipeline {
  /** With the numbers of samples used. */
  readonly info: DatasetInfo;
  readonly prepare: (part: Part, epoch: number, index: number) => Promise<Batch>;
}

/** Loads the chosen samples and stands ready to make batches of them. */
export async function openPipeline(options: BatchOptions): Promise<Pipeline> {
  const { dataset, augment, batchSize, seed, shard } = options;
  const description = describeDataset(dataset);
  const samples = {
    train: await openSamples(dataset, 'train', options.trainSamples, seed, shard),
    test: await openSamples(dataset, 'test', options.testSamples, seed),
  };
  const info = { ...description, trainSamples: samples.train.ids.length, testSamples: samples.test.ids.length };
  const pixels = info.shape[0] * info.shape[1] * info.shape[2];
  const ordered = trainingOrder(samples.train.ids.length, seed);

  async function fill({ ids, labels, write }: Samples, chosen: Uint32Array, epoch: number | null): Promise<Batch> {
    const images = new Float32Array(chosen.length * pixels);
    const writes = Array.from(chosen, async (index, i) => {
      const draw = epoch === null ? null : random(seed, 'augment', epoch, ids[index]);
      await write(index, draw, images.subarray(i * pixels, (i + 1) * pixels));
    });
    await Promise.all(writes);
    return { samples: chosen.length, images, labels: Uint16Array.from(chosen, (index) => labels[index]) };
  }

  return {
    info,
    prepare: (part, epoch, index) => {
      const [first, end] = [index * batchSize, (index + 1) * batchSize];
      if (part === 'train') return fill(samples.train, ordered(epoch).subarray(first, end), augment ? epoch : null);
      const all = samples.test.ids.length;
      return fill(
        samples.test,
        Uint32Array.from({ length: Math.min(end, all) - first }, (_, i) => first + i),
        null,
      );
    },
  };
}

/** The order of the training samples in an epoch; the last epoch asked for is kept. */
function trainingOrder(samples: number, seed: number): (epoch: number) => Uint32Array {
  let latest: { epoch: number; order: Uint32Array } | undefined;
  return (epoch) => {
    if (latest?.epoch !== epoch) {
      const inOrder = Uint32Array.from({ length: samples }, (_, i) => i);
      latest = { epoch, order: shuffle(inOrder, random(seed, 'order', epoch)) };
    }
    return latest.order;
  };
}
