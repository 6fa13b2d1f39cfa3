import type { InputFacts } from '../../data/input.ts';
import { openPipeline, type BatchOptions } from '../../data/pipeline.ts';
import type { Batch, Portion } from '../../data/source.ts';
import type { Shape } from '../../model/spec.ts';
import type { CodecChoice } from '../../offload/codecs/table.ts';
import { turn } from '../../pause.ts';
import type { Budget } from '../../records/column.ts';
import type { ClientHalf } from '../../training/client.ts';
import { asReceived } from '../../training/crossing.ts';
import type { Observed } from './decoder.ts';

/** Batches of the first so many images of a portion, in the order of its first epoch, not augmented. */
export async function firstBatches(options: BatchOptions, portion: Portion, images: number): Promise<Batch[]> {
  const { prepare } = await openPipeline({ ...options, augment: false });
  const batches: Batch[] = [];
  for (let left = images; left > 0; left -= options.batchSize) {
    const batch = await prepare(portion, 0, batches.length);
    batches.push(left < batch.samples ? firstOf(batch, left) : batch);
  }
  return batches;
}

function firstOf({ images, samples, labels }: Batch, count: number): Batch {
  return { samples: count, images: images.slice(0, (images.length / samples) * count), labels: labels.slice(0, count) };
}

/** Images of batches with values in [0, 1]. */
export function unnormalised(batches: readonly Batch[], { mean, std }: InputFacts): Float32Array[] {
  return batches.flatMap(({ images, samples }) => {
    const length = images.length / samples;
    return Array.from({ length: samples }, (_, n) =>
      images.slice(n * length, (n + 1) * length).map((value, i) => value * std[i % std.length] + mean[i % mean.length]),
    );
  });
}

/** The kept maps of images as the server has them under a budget and a codec, and their shape. */
export async function observe(
  client: Pick<ClientHalf, 'infer'>,
  batches: readonly Batch[],
  { budget, codec, onBatch }: { readonly budget: Budget; readonly codec: CodecChoice; readonly onBatch: () => void },
): Promise<Pick<Observed, 'maps'> & { readonly shape: Shape }> {
  const maps: Float32Array[] = [];
  let shape: Shape = [0, 0, 0];
  for (const batch of batches) {
    const features = await client.infer(batch, budget);
    const [, height, width] = features.shape;
    for (const row of asReceived(features, codec)) maps.push(row.slice());
    shape = [height, width, features.selection?.kept.length ?? features.total];
    await turn();
    onBatch();
  }
  return { maps, shape };
}
