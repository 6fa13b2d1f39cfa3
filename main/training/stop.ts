import { bestEpoch, choosingAccuracy } from '../records/best-epoch.ts';
import type { EpochRecord } from '../records/record.ts';
import type { Training } from './plan.ts';

/** When phases end before their last epoch. Accuracies are those that epochs are chosen by. */
export interface StopRule {
  /** A phase ends after so many epochs without a better one. */
  readonly patience?: number | undefined;
  /** What leads to a pair ends with the first epoch of such an accuracy, or that has sent so much since the pair before. */
  readonly accuracy?: number | undefined;
  readonly bytes?: number | undefined;
}

type JudgedEpoch = Pick<EpochRecord, 'phase' | 'testAccuracy' | 'validationAccuracy' | 'bytesUp' | 'bytesDown'>;

/** What ends with an epoch before its time: its phase, or all phases up to the next pair, which is made now. */
export type EarlyEnd = 'phase' | 'pair';

/** What the last of a training's epochs so far ends, by the rule; null where it goes on. */
export function earlyEnd(
  { patience, accuracy, bytes }: StopRule,
  training: Training,
  epochs: readonly JudgedEpoch[],
): EarlyEnd | null {
  const last = epochs.at(-1);
  if (!last) return null;
  const pairBefore = training.findLastIndex(({ result }, i) => result && i < last.phase);
  const before = epochs.findLast(({ phase }) => phase <= pairBefore);
  if (accuracy !== undefined && choosingAccuracy(last) >= accuracy) return 'pair';
  if (bytes !== undefined && sent(last) - (before ? sent(before) : 0) >= bytes) return 'pair';
  const own = epochs.filter(({ phase }) => phase === last.phase);
  const best = bestEpoch(own);
  return patience !== undefined && best && own.length - 1 - own.indexOf(best) >= patience ? 'phase' : null;
}

function sent({ bytesUp, bytesDown }: JudgedEpoch): number {
  return bytesUp + bytesDown;
}

/** The phase after one that ends: the next, or the one behind the pair that is made before its time. */
export function phaseAfter(training: Training, phase: number, end: EarlyEnd | null): number {
  if (end !== 'pair') return phase + 1;
  const pair = training.findIndex(({ result }, i) => result && i >= phase);
  return pair + 1;
}
