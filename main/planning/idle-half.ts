import type { SessionHandler } from '../offload/server/handler.ts';

/** A server half that computes nothing: answers with the maps it got, when `work` is done. */
export function idleHalf(work: () => Promise<unknown> = () => Promise.resolve()): SessionHandler {
  const unused = (): Promise<never> => Promise.reject(new Error('not part of this'));
  return {
    check: () => undefined,
    async step({ maps: gradient }) {
      await work();
      return { gradient, loss: 0, correct: 0 };
    },
    stepTogether: unused,
    evaluate: unused,
    infer: unused,
    read: unused,
    write: unused,
    resetOptimiser: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
