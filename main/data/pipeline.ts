import { describeDataset } from './datasets.ts';
import { openSamples } from './samples.ts';
import type { Shard } from './shard.ts';
import { pipelineOf, type Pipeline } from './prepare.ts';

export interface BatchOptions {
  /** Name of the data set. */
  readonly dataset: string;
  /** How many samples to use, drawn by seed, every class by its share; all when absent. */
  readonly trainSamples?: number | undefined;
  readonly testSamples?: number | undefined;
  readonly augment: boolean;
  readonly batchSize: number;
  /** Train on the images of one of several data sources; they all test on the same. */
  readonly shard?: Shard | undefined;
  readonly seed: number;
}

/** Loads the chosen samples and stands ready to make batches of them. */
export async function openPipeline(options: BatchOptions): Promise<Pipeline> {
  const { dataset, seed, shard } = options;
  const description = describeDataset(dataset);
  const samples = {
    train: await openSamples(dataset, 'train', options.trainSamples, seed, shard),
    test: await openSamples(dataset, 'test', options.testSamples, seed),
  };
  return pipelineOf(description, samples, options);
}
