import { z } from 'zod';
import { ranges, within } from '../model/ranges.ts';

/**
 * A model set (Θ of the paper) is a folder: `set.json`, and for each pair the safetensors of both halves. This is what
 * `set.json` says. A set of a later version is refused by its number alone.
 */

const count = z.int().min(0);
const extent = within(z.int(), ranges.extent);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 of 64 lower-case hexadecimal digits');

/** A file of the folder, by a path with `/` that stays inside it. */
const weights = z.strictObject({
  file: z.string().regex(/^[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*$/, 'expected folder/file'),
  bytes: count,
  sha256,
});

/** One half of a pair: what it computes for one sample, and what it takes in memory while it does. */
const half = z.strictObject({
  weights,
  multiplyAdds: count,
  parameters: count,
  /** Weights, and the two largest tensors that lie beside one another for one sample; float32. */
  memoryBytes: count,
});

/** What one sample sends under a codec: the messages' content, headers left out. `down` is its logits. */
const traffic = z.strictObject({ codec: z.string(), up: count, down: count });

const pair = z.strictObject({
  /** Null is the full budget. No two pairs of a set have the same. */
  budget: extent.nullable(),
  /**
   * How many maps its modules hold, which are all that ever cross the network: at full budget, maps that the training
   * pruned are not there any more. Null where nothing was removed (the plain split, the nodes of an MLP).
   */
  maps: extent.nullable(),
  testAccuracy: z.number().min(0).max(1),
  /** Epochs it was trained for, over all phases before it. */
  epochs: count,
  client: half,
  server: half,
  /** Of the same pair before unsent maps were removed. */
  unpruned: z.strictObject({ client: half.omit({ weights: true }), server: half.omit({ weights: true }) }),
  traffic: z.array(traffic).min(1),
});

export const manifestVersion = 1;

export const manifestSchema = z.strictObject({
  format: z.literal('sluice-model-set'),
  version: z.literal(manifestVersion),
  name: z.string(),
  createdAt: z.iso.datetime(),
  /** Of the Sluice that wrote it. */
  software: z.string(),
  network: z.strictObject({ name: z.string().max(100), width: within(z.number(), ranges.width) }),
  cut: z.strictObject({
    layer: within(z.int(), ranges.layer),
    module: z
      .strictObject({
        resolution: within(z.int(), ranges.resolution),
        features: within(z.int(), ranges.features),
      })
      .nullable(),
  }),
  /** What the halves take: bytes x go in as (x / 255 − mean) / std, channel by channel. Shape is [h, w, channels]. */
  images: z.strictObject({
    dataset: z.string(),
    classes: z.array(z.string()).min(1).max(65_536),
    shape: z.tuple([extent, extent, extent]),
    mean: z.array(z.number()),
    std: z.array(z.number().positive()),
  }),
  /** The training run it is from; `experiment` is whole, as an experiment file has it. */
  run: z.strictObject({
    uid: z.string().nullable(),
    name: z.string(),
    seed: count,
    experiment: z.record(z.string(), z.unknown()),
  }),
  pairs: z.array(pair).min(1),
});

export type ModelSet = z.output<typeof manifestSchema>;
export type SetPair = ModelSet['pairs'][number];
