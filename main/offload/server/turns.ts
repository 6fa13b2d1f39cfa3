import type { ServerSeconds } from '../protocol/messages.ts';

/** Runs work alone, in the order it came. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * A session has one request at work, however many it has taken, so that taking them in the order they came goes round
 * the sources that wait, and none starves.
 */
export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

export type Timed<T> = T & ServerSeconds;

/** Work in its turn, with the seconds it took and those it waited from being asked for to the turn's begin. */
export function timedTurn<T extends object>(inTurn: InTurn, work: () => Promise<T>): Promise<Timed<T>> {
  const asked = performance.now();
  return inTurn(async () => {
    const began = performance.now();
    const result = await work();
    return {
      ...result,
      waitSeconds: (began - asked) / 1000,
      serverSeconds: (performance.now() - began) / 1000,
    };
  });
}
