import { z } from 'zod';
import { ranges, within } from '../model/ranges.ts';
import { keptEpochs } from '../records/best-epoch.ts';
import { gateNames } from '../training/gates/table.ts';

/**
 * A model set (Θ of the paper) is a folder: `set.json`, and for each pair the safetensors of both halves. This is what
 * `set.json` says, besides a `sha256` of the rest of it. A set of a later version is refused by its number alone.
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
  /** Trainable values that it holds: as many as the file has, besides running statistics. */
  parameters: count,
  /** Weights and statistics, and the two largest tensors that lie beside one another for one sample; float32. */
  memoryBytes: count,
});

/** What one sample sends under a codec: the messages' content, headers left out. `down` is its logits, never encoded. */
const traffic = z.strictObject({
  codec: z.string(),
  up: count,
  down: count,
  /** False: `up` is the most it takes, as with lossless compression. */
  exact: z.boolean(),
});

const costs = half.omit({ weights: true });

const pair = z.strictObject({
  /** Null is the full budget. No two pairs of a set have the same. */
  budget: extent.nullable(),
  /**
   * How many maps its modules hold once those were removed that are never sent: all of them cross the network, without a
   * mask. Null where nothing was removed (full budget, the plain split, the nodes of an MLP).
   */
  maps: extent.nullable(),
  testAccuracy: z.number().min(0).max(1),
  /** Epochs it was trained for, over all phases before it. */
  epochs: count,
  /** Whether it is as its phase ended, or the best epoch of that phase. */
  epoch: z.enum(keptEpochs).default('last'),
  /** Which result of the run it is, counted from 0. */
  origin: z.strictObject({ training: count, phase: count, source: count }),
  client: half,
  server: half,
  /** Of the same pair as it was trained, with all φ maps computed. */
  unpruned: z.strictObject({ client: costs, server: costs }),
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
  /** How the maps are chosen that a whole pair sends under its budget; the published gate unless one is named. */
  gate: z.strictObject({
    name: z.enum(gateNames).optional(),
    mask: z.enum(['squared', 'linear']),
    ties: z.enum(['keep', 'cut']),
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
  /** The largest budget first. */
  pairs: z
    .array(pair)
    .min(1)
    .refine((pairs) => new Set(pairs.map(({ budget }) => budget)).size === pairs.length, 'expected every budget once'),
});

export type ModelSet = z.output<typeof manifestSchema>;
export type SetPair = ModelSet['pairs'][number];
export type HalfCosts = z.output<typeof costs>;
export type PairTraffic = z.output<typeof traffic>;
