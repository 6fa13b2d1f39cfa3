import type { Loop, Loops, Offset } from '../loops.ts';
import type { Call } from '../operations.ts';

/** What our own matrix product needs of scratch memory. */
export const SCRATCH_BYTES = 1 << 19;

/** Does one call after the other. */
export type Perform = (calls: Iterable<Call>) => void;

/** The inner loops of one thread, with a matrix product of another library or our own, which works in `scratch`. */
export function performing(loops: Loops, scratch: Offset, product: Loop | null): Perform {
  const gemm: Loop = product ?? ((...args) => loops.gemm(...args, scratch));
  const work: Loops = { ...loops, gemm };
  return (calls) => {
    for (const { operation, args } of calls) work[operation](...args);
  };
}
