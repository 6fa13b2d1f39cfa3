import { random, shuffle } from '../random.ts';
import type { Samples } from './samples.ts';
import type { Batch, DatasetInfo } from './source.ts';
import type { Part } from './stored.ts';

/** Makes any batch of any epoch, in any order. */
export interface Pipeline {
  /** With the numbers of samples used. */
  readonly info: DatasetInfo;
  readonly prepare: (part: Part, epoch: number, index: number) => Promise<Batch>;
}

export interface PrepareOptions {
  readonly augment: boolean;
  readonly batchSize: number;
  readonly seed: number;
}

/** Batches of these samples: order and augmentation are functions of the seed. Needs no Node. */
export function pipelineOf(
  description: DatasetInfo,
  samples: Readonly<Record<Part, Samples>>,
  { augment, batchSize, seed }: PrepareOptions,
): Pipeline {
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
