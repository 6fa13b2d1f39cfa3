import type { Experiment, ExperimentInput, MethodName } from '../../../main/api.ts';
import type { DraftEntry } from '../../stores/draft-document.ts';
import { sparse } from './sparse.ts';

type NewEntry = Omit<DraftEntry, 'key'>;
type DefaultsOf = (method: MethodName) => Promise<Experiment | null>;

/**
 * A whole experiment as a draft that differs in nothing: it says what the defaults of its method do not, so that what
 * was chosen can be seen and given back.
 */
export async function entryFrom(experiment: Experiment, label: string, defaultsOf: DefaultsOf): Promise<NewEntry> {
  const { method } = experiment;
  const defaults = await defaultsOf(method);
  const chosen: ExperimentInput = defaults ? sparse(experiment, defaults) : experiment;
  return { input: { ...chosen, method }, base: { label, experiment } };
}

export async function entriesFrom(
  experiments: readonly Experiment[],
  label: string,
  defaultsOf: DefaultsOf,
): Promise<NewEntry[]> {
  return Promise.all(
    experiments.map((experiment) => entryFrom(experiment, `${label}, ${experiment.name}`, defaultsOf)),
  );
}
