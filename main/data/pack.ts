import { SluiceError } from '../errors.ts';
import { describeDataset } from './datasets.ts';
import { datasetFingerprint } from './fingerprint.ts';
import { readManifest } from './manifest.ts';
import type { PackedData } from './packed.ts';
import { openPortions, type BatchOptions } from './pipeline.ts';
import type { Samples } from './samples.ts';
import { syntheticName, syntheticNormalisation } from './synthetic.ts';

/**
 * The images of a source, to be sent to where there is no copy of the data set (openPacked). Throws
 * `data-not-packable` for images that are decoded anew each time, and `data-too-large` beyond `mostBytes`.
 */
export async function packData(options: BatchOptions, mostBytes: number): Promise<PackedData> {
  const { dataset } = options;
  const info = describeDataset(dataset);
  const look = lookOf(dataset);
  const { train, validation, test } = await openPortions(options);
  const pixels = info.shape[0] * info.shape[1] * info.shape[2];
  const size = pixels * (train.ids.length + (validation?.ids.length ?? 0) + test.ids.length);
  if (size > mostBytes) throw tooLarge(dataset, size, mostBytes);
  return {
    info: { ...info, classes: [...info.classes], shape: [...info.shape] },
    look,
    fingerprint: await datasetFingerprint(dataset),
    train: await pack(train, pixels, look),
    ...(validation && { validation: await pack(validation, pixels, look) }),
    test: await pack(test, pixels, look),
  };
}

function lookOf(dataset: string): PackedData['look'] {
  if (dataset === syntheticName) {
    const { mean, std } = syntheticNormalisation;
    return { mean: [...mean], std: [...std], flip: true };
  }
  const manifest = readManifest(dataset);
  if (manifest?.content !== 'pixels') {
    throw new SluiceError(
      'data-not-packable',
      `The images of "${dataset}" lie in files and are cut anew each time, for which a browser has no decoder of its own. ` +
        'Take a data set of small images, or join with "sluice source" on a machine that has it.',
      { path: 'dataset.name' },
    );
  }
  const { normalisation, flip } = manifest;
  return { mean: [...normalisation.mean], std: [...normalisation.std], flip };
}

/** Bytes come back exactly: normalisation keeps them apart by far more than float32 rounds. */
async function pack(
  { ids, labels, write }: Samples,
  size: number,
  { mean, std }: PackedData['look'],
): Promise<PackedData['train']> {
  const pixels = new Uint8Array(ids.length * size);
  const values = new Float32Array(size);
  const channels = mean.length;
  for (let index = 0; index < ids.length; index++) {
    await write(index, null, values);
    for (let i = 0, at = index * size; i < size; i++, at++) {
      pixels[at] = Math.round(255 * (values[i] * std[i % channels] + mean[i % channels]));
    }
  }
  return { ids: bytesOf(ids), labels: bytesOf(labels), pixels };
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function tooLarge(dataset: string, size: number, most: number): SluiceError {
  const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
  return new SluiceError(
    'data-too-large',
    `The share of "${dataset}" takes ${mebibytes(size)} MiB, and a browser gets ${mebibytes(most)} MiB at most. Set ` +
      'dataset.trainSamples and dataset.testSamples to less, or have more sources.',
    { path: 'dataset.trainSamples' },
  );
}
