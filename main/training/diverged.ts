import { SluiceError } from '../errors.ts';

/** The training cannot go on: what `what` names is no longer a finite number. */
export function diverged(what: string): SluiceError {
  return new SluiceError(
    'diverged',
    `${what} is no longer a finite number: the training diverged. Lower optimiser.learningRate, or gate.delta when the budget is far below the number of maps.`,
  );
}
