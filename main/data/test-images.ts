import { describeDataset, requireManifest } from './datasets.ts';
import { openSamples } from './samples.ts';
import { syntheticName, syntheticNormalisation } from './synthetic.ts';

/** An image as a data set has it: bytes [h, w, channels]. */
export interface LabelledImage {
  readonly label: number;
  readonly pixels: Uint8Array;
}

/** So many test images of a data set, drawn by seed, all classes alike. Throws what openSamples throws. */
export async function testImages(dataset: string, count: number, seed = 0): Promise<LabelledImage[]> {
  const { shape, testSamples } = describeDataset(dataset);
  const [height, width, channels] = shape;
  const { labels, write } = await openSamples(dataset, 'test', Math.min(count, testSamples), seed);
  const { mean, std } = dataset === syntheticName ? syntheticNormalisation : requireManifest(dataset).normalisation;
  return Promise.all(
    Array.from(labels, async (label, index) => {
      const values = new Float32Array(height * width * channels);
      await write(index, null, values);
      const pixels = Uint8Array.from(values, (value, i) =>
        Math.round(255 * (value * std[i % channels] + mean[i % channels])),
      );
      return { label, pixels };
    }),
  );
}
