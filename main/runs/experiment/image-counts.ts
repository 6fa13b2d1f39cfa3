import { heldOutOf } from '../../data/held-out.ts';
import type { DatasetInfo, Portion } from '../../data/source.ts';
import type { Experiment } from './experiment.ts';

/** How many images of its data set an experiment trains on, holds out and tests on, all data sources together. */
export function imageCounts(
  { dataset, validation }: Pick<Experiment, 'dataset' | 'validation'>,
  { trainSamples, testSamples }: Pick<DatasetInfo, 'trainSamples' | 'testSamples'>,
): Readonly<Record<Portion, number>> {
  const chosen = dataset.trainSamples ?? trainSamples;
  const held = heldOutOf(chosen, validation);
  return { train: chosen - held, validation: held, test: dataset.testSamples ?? testSamples };
}
