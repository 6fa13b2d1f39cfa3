import type { Shape } from '../model/spec.ts';

/** What a data set is, before any of its images is read. */
export interface DatasetInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly trainSamples: number;
  readonly testSamples: number;
  /** Training images that are held out and not among those counted above; missing where none are. */
  readonly validationSamples?: number;
}

/** What a run makes of the images: those held out come from the training images of the data set. */
export type Portion = 'train' | 'validation' | 'test';

/** A mini-batch ready for the network: normalised float32, NHWC, `[samples, ...shape]`. */
export interface Batch {
  readonly samples: number;
  readonly images: Float32Array;
  readonly labels: Uint16Array;
  /** Which of the training images these are, counted from 0; there while training. */
  readonly indices?: Uint32Array;
}

/**
 * Batches of one data set, subset, batch size and seed. Order and augmentation are pure functions of
 * (seed, epoch, position), so an epoch can be entered at any batch and gives the same bytes.
 */
export interface BatchSource {
  readonly info: DatasetInfo;
  readonly batchSize: number;
  /** Shuffled, augmented training batches of one epoch; the last one may be smaller. */
  train(epoch: number, fromBatch?: number): AsyncIterable<Batch>;
  /** The test set in order, not augmented. */
  test(): AsyncIterable<Batch>;
  /** The images that are held out, the same way; missing where none are. */
  validation?(): AsyncIterable<Batch>;
  close(): Promise<void>;
}
