import type { Shape } from '../model/spec.ts';
import type { Normalisation } from './catalogue.ts';
import { readManifest } from './manifest.ts';
import { syntheticInfo, syntheticName, syntheticNormalisation } from './synthetic.ts';

/** What whoever uses trained weights has to know of the images they were trained on. */
export interface InputFacts extends Normalisation {
  readonly dataset: string;
  /** In the order of the outputs. */
  readonly classes: readonly string[];
  /** Height, width and channels. */
  readonly shape: Shape;
}

/** Undefined when there is no such data set here. Throws `dataset-damaged`. */
export function inputFacts(dataset: string): InputFacts | undefined {
  const found =
    dataset === syntheticName ? { ...syntheticInfo, normalisation: syntheticNormalisation } : readManifest(dataset);
  if (!found) return undefined;
  const { classes, shape, normalisation } = found;
  return { dataset, classes, shape, mean: normalisation.mean, std: normalisation.std };
}
