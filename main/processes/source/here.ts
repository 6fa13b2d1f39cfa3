import { failureOf } from '../../failure.ts';
import type { Child } from '../child.ts';
import type { FromSource, ToSource } from './messages.ts';
import { openSource, type Work } from './supervised.ts';

/**
 * Starts a data source in this very process, for a run whose only source it is. Ending it takes until its current step
 * is done.
 */
export function startSourceHere(work: Work, onMessage: (message: FromSource) => void): Child<ToSource> {
  let leave: (how: string) => void;
  const gone = new Promise<string>((resolve) => (leave = resolve));
  // Later, as between processes: who tells something listens for the answer only then.
  const deliver = (message: FromSource): void => queueMicrotask(() => onMessage(message));
  const source = openSource(work, {
    tell: deliver,
    end(failed) {
      deliver(failed ? { kind: 'failed', failure: failureOf(failed.error), error: failed.error } : { kind: 'ended' });
      queueMicrotask(() => leave('its work is over'));
    },
  });
  return { pid: 0, send: source.receive, kill: source.abandon, gone };
}
