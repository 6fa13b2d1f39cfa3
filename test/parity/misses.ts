import type { ParityCase } from './case.ts';
import { replay, type Agreement } from './replay.ts';

/**
 * Errors are relative to the largest magnitude of each tensor. Sums in another order differ by 1e-7, and that is what
 * most runs end with. But a value between two float16 numbers, or a ReLU's input next to 0, may then fall on the other
 * side, and a few steps carry one such fall to 1e-3 and beyond; which values fall depends on the last bits of the weights
 * and on the order in which a library adds. So a case may be replayed from weights moved in their last bits, and one
 * replay must follow the recording without a fall, to tolerances that a wrong formula misses in every replay.
 */
const lossTolerance = 1e-5;
const tensorTolerance = 1e-3;

/** What no replay meets: nothing, as soon as one follows the recording. */
export async function leastMisses(
  recorded: ParityCase,
  options: { readonly fold: boolean; readonly replays: number },
): Promise<string[]> {
  let misses: string[] = [];
  for (let nudge = 0; nudge < options.replays; nudge++) {
    misses = missed(await replay(recorded, { fold: options.fold, nudge }));
    if (misses.length === 0) break;
  }
  return misses;
}

function missed({ losses, tensors }: Agreement): string[] {
  const over = (errors: Map<string, number>, tolerance: number): string[] =>
    [...errors]
      .filter(([, error]) => !(error < tolerance))
      .map(([name, error]) => `${name}: ${error.toExponential(1)}`);
  return [...over(losses, lossTolerance), ...over(tensors, tensorTolerance)];
}
