import koffi from 'koffi';
import type { Blas } from '../blas.ts';
import { loadLoops, type Loops, type Offset, type SharedMemory } from '../loops.ts';
import type { Call } from '../operations.ts';

/** What our own matrix product needs of scratch memory. */
export const SCRATCH_BYTES = 1 << 19;

/** Does one call after the other. */
export type Perform = (calls: Iterable<Call>) => void;

/**
 * The inner loops of one thread; the matrix product is that of a BLAS where there is one, else our own, which works in
 * `scratch`.
 */
export function createWork(memory: SharedMemory, scratch: Offset, blas: Blas | null): Perform {
  const loops = loadLoops(memory);
  // Shared memory grows in place, so its address stays what it is.
  const gemm = blas
    ? blas.gemm(Number(koffi.address(new Uint8Array(memory.buffer))))
    : (...args: number[]) => loops.gemm(...args, scratch);
  const work: Loops = { ...loops, gemm };
  return (calls) => {
    for (const { operation, args } of calls) work[operation](...args);
  };
}
