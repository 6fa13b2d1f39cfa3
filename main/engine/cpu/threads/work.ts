import koffi from 'koffi';
import type { Blas } from '../blas.ts';
import { loadLoops } from '../load-loops.ts';
import type { Offset, SharedMemory } from '../loops.ts';
import { performing, type Perform } from './perform.ts';

/** The inner loops of one thread over this memory; the matrix product is that of a BLAS where there is one. */
export function createWork(memory: SharedMemory, scratch: Offset, blas: Blas | null): Perform {
  // Shared memory grows in place, so its address stays what it is.
  const gemm = blas && blas.gemm(Number(koffi.address(new Uint8Array(memory.buffer))));
  return performing(loadLoops(memory), scratch, gemm);
}
