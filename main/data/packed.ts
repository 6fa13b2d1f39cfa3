import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { batchesOver } from './ahead.ts';
import { fingerprintSchema } from './fingerprint-schema.ts';
import { fromPixels, type Look } from './pixels.ts';
import { pipelineOf, type PrepareOptions } from './prepare.ts';
import type { BatchSource } from './source.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes');
const part = z.strictObject({
  /** What each image is called in the whole data set, 32 bits each; its label, 16; and its pixels. */
  ids: bytes,
  labels: bytes,
  pixels: bytes,
});
const extent = z.int().min(1).max(4096);

/** The images of a source, to be sent to where there is no copy of the data set. */
const packedSchema = z.strictObject({
  info: z.strictObject({
    name: z.string(),
    shape: z.tuple([extent, extent, extent]),
    classes: z.array(z.string()).min(1),
    trainSamples: z.int().min(0),
    testSamples: z.int().min(0),
  }),
  look: z.strictObject({ mean: z.array(z.number()), std: z.array(z.number()), flip: z.boolean() }),
  /** Of the data set they are of. */
  fingerprint: fingerprintSchema,
  train: part,
  /** Held out of the training images. */
  validation: part.optional(),
  test: part,
});

export type PackedData = z.output<typeof packedSchema>;

/** What packData wrote. Throws `data-malformed` for anything else. */
export function readPacked(value: unknown): PackedData {
  const parsed = packedSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SluiceError(
    'data-malformed',
    `The images that the run sent are wrong at ${issue.path.join('.')}: ${issue.message}. Load the page again.`,
  );
}

/** The batches of a source, the same as openBatches makes of the data set itself. */
export function openPacked({ info, look, train, validation, test }: PackedData, options: PrepareOptions): BatchSource {
  const { mean, std, flip } = look;
  const shown: Look = { shape: info.shape, normalisation: { mean, std }, flip };
  const samplesOf = ({ ids, labels, pixels }: PackedData['train']) => ({
    ids: new Uint32Array(new Uint8Array(ids).buffer),
    labels: new Uint16Array(new Uint8Array(labels).buffer),
    write: fromPixels(pixels, shown),
  });
  const pipeline = pipelineOf(
    info,
    { train: samplesOf(train), validation: validation && samplesOf(validation), test: samplesOf(test) },
    options,
  );
  const { batchSize } = options;
  return batchesOver({ info: pipeline.info, batchSize }, pipeline.prepare, () => Promise.resolve());
}
