import { random, shuffle } from '../random.ts';
import type { Samples } from './samples.ts';
import type { Batch, DatasetInfo, Portion } from './source.ts';

/** Makes any batch of any epoch, in any order. */
export interface Pipeline {
  /** With the numbers of samples used. */
  readonly info: DatasetInfo;
  readonly prepare: (portion: Portion, epoch: number, index: number) => Promise<Batch>;
}

export interface PrepareOptions {
  readonly augment: boolean;
  readonly batchSize: number;
  readonly seed: number;
}

/** The samples of each portion; none need be held out. */
export interface PortionSamples extends Readonly<Record<'train' | 'test', Samples>> {
  readonly validation?: Samples | undefined;
}

/** Batches of these samples: order and augmentation are functions of the seed. Needs no Node. */
export function pipelineOf(
  description: DatasetInfo,
  samples: PortionSamples,
  { augment, batchSize, seed }: PrepareOptions,
): Pipeline {
  const { train, test, validation } = samples;
  const info = {
    ...description,
    trainSamples: train.ids.length,
    testSamples: test.ids.length,
    ...(validation && { validationSamples: validation.ids.length }),
  };
  const pixels = info.shape[0] * info.shape[1] * info.shape[2];
  const ordered = trainingOrder(train.ids.length, seed);

  async function fill({ ids, labels, write }: Samples, chosen: Uint32Array, epoch: number | null): Promise<Batch> {
    const images = new Float32Array(chosen.length * pixels);
    const writes = Array.from(chosen, async (index, i) => {
      const draw = epoch === null ? null : random(seed, 'augment', epoch, ids[index]);
      await write(index, draw, images.subarray(i * pixels, (i + 1) * pixels));
    });
    await Promise.all(writes);
    const batch = { samples: chosen.length, images, labels: Uint16Array.from(chosen, (index) => labels[index]) };
    // Memory of its own: a thread that sends a part of the order would send all of it.
    return ids === train.ids ? { ...batch, indices: chosen.slice() } : batch;
  }

  return {
    info,
    prepare: (portion, epoch, index) => {
      const [first, end] = [index * batchSize, (index + 1) * batchSize];
      if (portion === 'train') return fill(train, ordered(epoch).subarray(first, end), augment ? epoch : null);
      const inOrder = portion === 'validation' && validation ? validation : test;
      const count = Math.min(end, inOrder.ids.length) - first;
      return fill(
        inOrder,
        Uint32Array.from({ length: count }, (_, i) => first + i),
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
