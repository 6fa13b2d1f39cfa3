import type { Batch, BatchSource, Portion } from './source.ts';

/** Batches asked for at once: the one being waited for and those prepared while it is used. */
const depth = 5;

/** Batches that `request` makes, a few ahead of the one in use. */
export function batchesOver(
  { info, batchSize }: Pick<BatchSource, 'info' | 'batchSize'>,
  request: (portion: Portion, epoch: number, index: number) => Promise<Batch>,
  close: () => Promise<void>,
): BatchSource {
  const samplesIn: Readonly<Record<Portion, number>> = {
    train: info.trainSamples,
    validation: info.validationSamples ?? 0,
    test: info.testSamples,
  };

  async function* batches(portion: Portion, epoch: number, from: number): AsyncGenerator<Batch> {
    const samples = samplesIn[portion];
    const total = Math.ceil(samples / batchSize);
    const ahead: Promise<Batch>[] = [];
    let next = from;
    for (;;) {
      while (ahead.length < depth && next < total) ahead.push(request(portion, epoch, next++));
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
    ...(info.validationSamples !== undefined && { validation: () => batches('validation', 0, 0) }),
    close,
  };
}
