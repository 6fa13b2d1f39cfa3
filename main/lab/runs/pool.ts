import { SluiceError } from '../../errors.ts';

/** Work of which only so much goes on at once; the rest waits in the order it came. */
export interface Pool {
  /** Resolves to what the work does, once it had its turn. Rejects with `cancelled` when the signal aborts while it waits. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function openPool(most: number): Pool {
  const waiting = new Set<() => void>();
  let busy = 0;

  function next(): void {
    const [first] = waiting;
    if (busy >= most || !first) return;
    waiting.delete(first);
    busy++;
    first();
  }

  function turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.delete(begin);
        reject(new SluiceError('cancelled', 'It was cancelled.'));
      };
      if (signal?.aborted) {
        leave();
        return;
      }
      signal?.addEventListener('abort', leave, { once: true });
      waiting.add(begin);
      next();
    });
  }

  return {
    async run(work, signal) {
      await turn(signal);
      try {
        return await work();
      } finally {
        busy--;
        next();
      }
    },
  };
}
