import type { Batch, BatchSource } from './source.ts';
import type { Part } from './stored.ts';

/** Batches asked for at once: the one being waited for and those prepared while it is used. */
const depth = 5;

/** Batches that `request` makes, a few ahead of the one in use. */
export function batchesOver(
  { info, batchSize }: Pick<BatchSource, 'info' | 'batchSize'>,
  request: (part: Part, epoch: number, index: number) => Promise<Batch>,
  close: () => Promise<void>,
): BatchSource {
  async function* batches(part: Part, epoch: number, from: number): AsyncGenerator<Batch> {
    const samples = part === 'train' ? info.trainSamples : info.testSamples;
    const total = Math.ceil(samples / batchSize);
    const ahead: Promise<Batch>[] = [];
    let next = from;
    for (;;) {
      while (ahead.length < depth && next < total) ahead.push(request(part, epoch, next++));
      const batch = ahead.shift();
      if (!batch) return;
      yield await batch;
    }
  }

  return {
    info,
    batchSize,
    train: (epoch, fromBatch = 0) => batches('train', epoch, fromBatch),
    test: () => batches('test', 0, 0),
    close,
  };
}
