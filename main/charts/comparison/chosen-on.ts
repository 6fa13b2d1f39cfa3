import type { EpochData } from '../data.ts';

interface Evaluated {
  readonly epochs: readonly Pick<EpochData, 'validationAccuracy'>[];
}

/** A sentence about trainings whose best epochs the test images choose themselves; null where all hold images out for that. */
export function chosenOnTestSet(trainings: readonly Evaluated[]): string | null {
  const begun = trainings.filter(({ epochs }) => epochs.length > 0);
  const without = begun.filter(({ epochs }) =>
    epochs.some(({ validationAccuracy }) => Number.isNaN(validationAccuracy)),
  );
  if (without.length === 0) return null;
  const which = without.length === begun.length ? 'The best epochs were' : 'The best epochs of some of these were';
  return `${which} chosen on the test set itself, as no images were held out for validation.`;
}
