import { describeDataset } from './datasets.ts';
import { openSamples } from './samples.ts';
import type { Shard } from './shard.ts';
import { pipelineOf, type Pipeline, type PortionSamples } from './prepare.ts';

export interface BatchOptions {
  /** Name of the data set. */
  readonly dataset: string;
  /** How many samples to use, drawn by seed, every class by its share; all when absent. */
  readonly trainSamples?: number | undefined;
  readonly testSamples?: number | undefined;
  /** The share of the training samples that is held out, the same for all data sources. */
  readonly validation?: number | undefined;
  readonly augment: boolean;
  readonly batchSize: number;
  /** Train on the images of one of several data sources; they all test on the same. */
  readonly shard?: Shard | undefined;
  readonly seed: number;
}

/** Loads the chosen samples and stands ready to make batches of them. */
export async function openPipeline(options: BatchOptions): Promise<Pipeline> {
  return pipelineOf(describeDataset(options.dataset), await openPortions(options), options);
}

/** The samples of each portion of a run's images. Throws what openSamples throws. */
export async function openPortions(options: BatchOptions): Promise<PortionSamples> {
  const { dataset, seed, shard, validation, trainSamples, testSamples } = options;
  return {
    train: await openSamples(dataset, 'train', trainSamples, seed, { shard, validation }),
    ...(validation !== undefined && {
      validation: await openSamples(dataset, 'validation', trainSamples, seed, { validation }),
    }),
    test: await openSamples(dataset, 'test', testSamples, seed),
  };
}
