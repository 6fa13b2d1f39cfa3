import type { Experiment, ExperimentInput } from '../../main/api.ts';

/** One experiment of a draft: what its user has set, and what it was made from. */
export interface DraftEntry {
  readonly key: number;
  readonly input: ExperimentInput;
  readonly base: Base | null;
}

/** A run or an experiment of a preset, to see differences from. */
export interface Base {
  readonly label: string;
  readonly experiment: Experiment;
}

export interface DraftDocument {
  /** What its runs are launched as; empty for the name of their first experiment. */
  readonly title: string;
  /** At least one. */
  readonly entries: readonly DraftEntry[];
}

/** What a new experiment says: a tenth of the training images is held out, so that the test set chooses nothing. */
export const newInput: ExperimentInput = { validation: 0.1 };

export function emptyDocument(): DraftDocument {
  return { title: '', entries: [{ key: 0, input: newInput, base: null }] };
}

/** A draft as it was stored, or an empty one where there is none that can be read. */
export function readDocument(stored: string | null): DraftDocument {
  try {
    const document = JSON.parse(stored ?? '') as DraftDocument;
    const readable =
      typeof document.title === 'string' &&
      document.entries.length > 0 &&
      document.entries.every(({ key, input }) => Number.isInteger(key) && typeof input === 'object');
    return readable ? document : emptyDocument();
  } catch {
    return emptyDocument();
  }
}
