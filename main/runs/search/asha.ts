/**
 * The asynchronous successive halving algorithm: Li, Jamieson, Rostamizadeh et al., "A System for Massively Parallel
 * Hyperparameter Tuning", MLSys 2020, algorithm 2. Pure: what is to be done next follows from where all trials stand.
 *
 * Where it differs: rungs count bytes, and a point of which not even one epoch fits a rung begins at the first that holds
 * one, after all that begin lower; and the last rungs, for which too few have come to halve them, let their best go on.
 */

/** Not begun; under way to a rung; waiting at one; as far as it goes or need go; without a result. */
export type TrialState = 'new' | 'busy' | 'resting' | 'over' | 'failed';

/** What is known of a trial, rung by rung. */
export interface RungScores {
  readonly trial: number;
  readonly state: TrialState;
  /** The rung it begins at. */
  readonly entry: number;
  /** The highest that it has come to, or failed on the way to; null before there is one. */
  readonly rung: number | null;
  /** Its best accuracy at each rung up to there; NaN where there is none. */
  readonly scores: readonly number[];
  /** What it has sent, by which equals are told apart. */
  readonly bytes: number;
}

export interface Rules {
  /** How many rungs there are; at the last a trial is trained to its end. */
  readonly rungs: number;
  /** η: the best 1/η of a rung go on. */
  readonly reduction: number;
}

/** Train a trial to a rung; wait for those that are under way; or all is done. */
export type Decision =
  | { readonly kind: 'train'; readonly trial: number; readonly rung: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'end' };

export function decide(trials: readonly RungScores[], { rungs, reduction }: Rules): Decision {
  const share = (count: number): number => Math.floor(count / reduction);
  for (let rung = rungs - 2; rung >= 0; rung--) {
    const best = promotable(trials, rung, share);
    if (best) return { kind: 'train', trial: best.trial, rung: rung + 1 };
  }
  const next = cheapest(trials.filter(({ state }) => state === 'new'));
  if (next) return { kind: 'train', trial: next.trial, rung: next.entry };
  if (trials.some(({ state }) => state === 'busy')) return { kind: 'wait' };
  for (let rung = 0; rung < rungs - 1; rung++) {
    const best = promotable(trials, rung, (count) => Math.max(1, share(count)));
    if (best) return { kind: 'train', trial: best.trial, rung: rung + 1 };
  }
  return { kind: 'end' };
}

/** The best of those at a rung that may go on and have not yet. */
function promotable(
  trials: readonly RungScores[],
  rung: number,
  quota: (count: number) => number,
): RungScores | undefined {
  const ranked = rankedAt(trials, rung);
  return ranked
    .slice(0, quota(ranked.length))
    .find((each) => each.state === 'resting' && each.rung === rung && !Number.isNaN(each.scores[rung]));
}

/** All that have come to a rung or failed on the way to it, the best first; the cheaper, then the earlier of equals. */
function rankedAt(trials: readonly RungScores[], rung: number): RungScores[] {
  const scored = trials.flatMap((each) => {
    const isThere = each.rung !== null && each.rung >= rung && each.entry <= rung;
    return isThere ? [{ each, score: each.scores[rung] ?? NaN }] : [];
  });
  const worth = (score: number): number => (Number.isNaN(score) ? -Infinity : score);
  const differ = (a: number, b: number): number => (a === b ? 0 : b - a);
  return scored
    .sort(
      (a, b) => differ(worth(a.score), worth(b.score)) || a.each.bytes - b.each.bytes || a.each.trial - b.each.trial,
    )
    .map(({ each }) => each);
}

/** Of those that have not begun the first of those that begin lowest. */
function cheapest(trials: readonly RungScores[]): RungScores | undefined {
  return trials.reduce<RungScores | undefined>(
    (best, each) => (best && best.entry <= each.entry ? best : each),
    undefined,
  );
}
