import { SluiceError } from '../../errors.ts';

/** Of a request that was not computed, as its turn came when its deadline had passed. */
export function deadlineMissed(deadlineMs: number, waitedMs: number): SluiceError {
  return new SluiceError(
    'deadline-missed',
    `The request had waited ${Math.ceil(waitedMs)} ms, and its deadline was ${deadlineMs} ms: it was not computed. ` +
      'Give it more time, or ask for less at once.',
    { path: 'deadline' },
  );
}
