import sharp from 'sharp';
import { requireManifest } from './datasets.ts';
import { openSamples } from './samples.ts';
import { describeDataset } from './datasets.ts';
import { syntheticName, syntheticNormalisation } from './synthetic.ts';

/** A training image as PNG, with the name of its class. */
export interface Thumbnail {
  readonly label: string;
  readonly png: Uint8Array;
}

/** So many training images of a data set, all classes alike and in their order; always the same ones. */
export async function thumbnails(dataset: string, count: number): Promise<Thumbnail[]> {
  const { shape, classes, trainSamples } = describeDataset(dataset);
  const [height, width, channels] = shape;
  const { labels, write } = await openSamples(dataset, 'train', Math.min(count, trainSamples), 0);
  const { mean, std } = dataset === syntheticName ? syntheticNormalisation : requireManifest(dataset).normalisation;
  const inOrder = [...labels.keys()].sort((a, b) => labels[a] - labels[b] || a - b);
  return Promise.all(
    inOrder.map(async (index) => {
      const values = new Float32Array(height * width * channels);
      await write(index, null, values);
      const bytes = Uint8ClampedArray.from(
        values,
        (value, i) => 255 * (value * std[i % channels] + mean[i % channels]),
      );
      const raw = { width, height, channels: channels as 1 | 3 };
      return { label: classes[labels[index]], png: new Uint8Array(await sharp(bytes, { raw }).png().toBuffer()) };
    }),
  );
}
