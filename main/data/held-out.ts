import { stratifiedSubset } from './subset.ts';

/** How many of so many training images are held out: a share of them, one at least; none without a share. */
export function heldOutOf(samples: number, share: number | undefined): number {
  return share === undefined || share === 0 ? 0 : Math.max(1, Math.round(samples * share));
}

/** Positions among the training images, ascending: those that are held out for validation, and those trained on. */
export interface Division {
  readonly validation: Uint32Array;
  readonly train: Uint32Array;
}

/**
 * Holds a share of the training images out, every class by its share. Drawn by seed from all images that a run trains on,
 * before data sources get their parts: with one seed all sources hold out the same.
 */
export function holdOut(labels: Uint16Array, classes: number, share: number, seed: number): Division {
  const validation = stratifiedSubset(labels, classes, heldOutOf(labels.length, share), seed, 'validation');
  const held = new Set(validation);
  return { validation, train: Uint32Array.from(labels.keys()).filter((position) => !held.has(position)) };
}
