import { SluiceError } from '../../errors.ts';
import type { Experiment } from './experiment.ts';
import { wrongWords } from './problems.ts';

/**
 * Checks experiments that are to be launched together before any of them is. Throws what `check` throws for a single one,
 * and one error that names those that cannot be trained where there are several.
 */
export function checkAll(experiments: readonly Experiment[], check: (experiment: Experiment) => void): void {
  const failures = experiments.flatMap((experiment) => {
    const error = failureOf(() => check(experiment));
    return error ? [{ experiment, error }] : [];
  });
  const [first] = failures;
  if (!first) return;
  if (experiments.length === 1) throw first.error;
  const lines = failures.map(({ experiment: { name }, error: { message } }) => `"${name}": ${message}`);
  const text = lines.length === 1 ? `Experiment ${lines.join()}` : wrongWords(lines, experiments.length, 'experiments');
  throw new SluiceError(first.error.code, text, { cause: first.error });
}

function failureOf(work: () => void): SluiceError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
}
