import { SluiceError } from '../../errors.ts';
import type { InferRequest } from '../protocol/messages.ts';

/** Throws `deadline-missed` unless a request that has waited so long may still be computed. */
export function requireInTime({ deadlineMs }: Pick<InferRequest, 'deadlineMs'>, waitedMs: number): void {
  if (deadlineMs === 0 || waitedMs <= deadlineMs) return;
  throw new SluiceError(
    'deadline-missed',
    `The request had waited ${Math.ceil(waitedMs)} ms when its turn came, its deadline is ${deadlineMs} ms. It was not computed. ` +
      'Give it more time, or ask for less at once.',
    { path: 'deadline' },
  );
}
