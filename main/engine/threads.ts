import { availableParallelism } from 'node:os';

/** Threads that the cpu engine takes unless told how many: one for each core that this process may use. */
export function defaultThreads(): number {
  return availableParallelism();
}
