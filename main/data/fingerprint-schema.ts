import { z } from 'zod';

export const namesShown = 4;
export const nameLength = 40;

export const digest = z.string().regex(/^[0-9a-f]{64}$/);
const part = z.strictObject({ samples: z.int().min(0), labels: digest, images: digest });

/** What a training sees of a data set, in digests: equal for two that train the same. */
export const fingerprintSchema = z.strictObject({
  shape: z.tuple([z.int(), z.int(), z.int()]),
  classes: z.strictObject({
    count: z.int().min(1),
    /** The first of them, to be told to people. */
    first: z.array(z.string().max(nameLength)).max(namesShown),
    names: digest,
  }),
  /** How its images are normalised, and whether they may be mirrored. */
  look: digest,
  train: part,
  test: part,
});

export type Fingerprint = z.output<typeof fingerprintSchema>;
