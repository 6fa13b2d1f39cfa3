import type { RungScores, TrialState } from './asha.ts';
import type { RungUnit } from './schema.ts';

/** The end of an epoch of a trial: what its run has sent until then, both ways, and how good it is. */
export interface TrialEpoch {
  readonly bytes: number;
  /** On the images that are held out, or on the test set where none are: what is chosen by. */
  readonly accuracy: number;
  readonly testAccuracy: number;
}

/** What a trial's run is at: it can go on; somebody sees to it; it has had all its epochs; it will not go on. */
export type TrialLife = 'waiting' | 'training' | 'finished' | 'failed';

export interface Goal {
  readonly unit: RungUnit;
  /** Rising, the last Infinity. */
  readonly rungs: readonly number[];
  readonly floor: number | null;
  /** What no trial may send more of. */
  readonly maxBytes: number;
}

/** A trial as its plan and its records tell. */
export interface TrialFacts {
  /** What it is planned to have sent at the end of each epoch. */
  readonly planned: readonly number[];
  readonly epochs: readonly TrialEpoch[];
  /** The rung it was last sent to; null for one that was never begun. */
  readonly asked: number | null;
  readonly life: TrialLife;
}

export interface TrialProgress extends RungScores {
  /** After how many epochs it is to stop, its plan at hand. */
  readonly stopAfter: number;
  /** What it had sent when it first was as good as the floor; null before, and without a floor. */
  readonly reachedBytes: number | null;
}

/** Where the trials of a search stand, in their order. */
export function progressOfTrials(trials: readonly TrialFacts[], goal: Goal): TrialProgress[] {
  const reached = trials.map((trial) => reachedBytes(trial, goal));
  const least = Math.min(...reached.flatMap((bytes) => bytes ?? []));
  return trials.map((trial, i) => progressOf(trial, i, goal, { reached: reached[i], least }));
}

interface Reached {
  readonly reached: number | null;
  /** By any trial: one that sends as much before it is as good cannot be the best. */
  readonly least: number;
}

function progressOf(trial: TrialFacts, index: number, goal: Goal, { reached, least }: Reached): TrialProgress {
  const { planned, epochs, asked, life } = trial;
  const { rungs, unit } = goal;
  const needs = rungs.map((rung) => epochsWithin(trial, unit === 'bytes' ? rung : Infinity, goal, rung));
  const within = epochs.filter(({ bytes }) => bytes <= goal.maxBytes);
  const useful = Number.isFinite(least) ? epochsUntil(trial, (bytes) => bytes < least) : planned.length;
  const done = epochs.length;
  const entry = Math.max(
    0,
    firstIndex(needs, (need) => need > 0),
  );
  const end = rungs.length - 1;
  const whole = life === 'finished' || reached !== null || done >= needs[end];
  const wanted = asked === null ? 0 : Math.min(needs[asked], useful);
  const come = needs.findLastIndex((need, rung) => rung >= entry && need <= done);
  const state = stateOf({ asked, life, whole, isUseful: useful > done, isThere: asked !== null && done >= wanted });
  return {
    trial: index,
    state,
    entry,
    rung: asked === null ? null : whole ? end : life === 'failed' ? asked : come < 0 ? null : come,
    scores: rungs.map((rung, i) => {
      if (life === 'failed' && i > come) return NaN;
      return best(unit === 'bytes' ? within.filter(({ bytes }) => bytes <= rung) : within.slice(0, rung));
    }),
    bytes: epochs.at(-1)?.bytes ?? 0,
    stopAfter: wanted,
    reachedBytes: reached,
  };
}

interface Facts {
  readonly asked: number | null;
  readonly life: TrialLife;
  /** It has had all the epochs it is to have. */
  readonly whole: boolean;
  /** One more epoch could make it the best. */
  readonly isUseful: boolean;
  /** It has come to where it was sent. */
  readonly isThere: boolean;
}

function stateOf({ asked, life, whole, isUseful, isThere }: Facts): TrialState {
  if (asked === null) return isUseful ? 'new' : 'over';
  if (whole) return 'over';
  if (life === 'failed') return 'failed';
  if (!isThere) return 'busy';
  return isUseful ? 'resting' : 'over';
}

/** How many epochs of a trial a rung holds. */
function epochsWithin(trial: TrialFacts, bytes: number, { unit, maxBytes }: Goal, rung: number): number {
  const most = epochsUntil(trial, (sent) => sent <= Math.min(bytes, maxBytes));
  return unit === 'epochs' ? Math.min(rung, most) : most;
}

/**
 * How many epochs of a trial have sent what may be sent: those that were trained as they were recorded, those to come as
 * planned. Where a codec leaves open how much it takes, the plan is corrected by what was sent so far.
 */
function epochsUntil({ planned, epochs }: TrialFacts, fits: (bytes: number) => boolean): number {
  const done = epochs.length;
  const beyond = epochs.findIndex(({ bytes }) => !fits(bytes));
  if (beyond >= 0) return beyond;
  const sent = epochs.at(-1)?.bytes ?? 0;
  const share = done === 0 ? 1 : sent / planned[done - 1];
  const next = planned.findIndex((bytes, i) => i >= done && !fits(sent + share * (bytes - (planned[done - 1] ?? 0))));
  return next < 0 ? planned.length : next;
}

function reachedBytes({ epochs }: TrialFacts, { floor, maxBytes }: Goal): number | null {
  if (floor === null) return null;
  return epochs.find(({ accuracy, bytes }) => accuracy >= floor && bytes <= maxBytes)?.bytes ?? null;
}

/** The best accuracy there was; NaN before there was any. */
function best(epochs: readonly TrialEpoch[]): number {
  return epochs.reduce((most, { accuracy }) => (accuracy > most || Number.isNaN(most) ? accuracy : most), NaN);
}

function firstIndex(values: readonly number[], suits: (value: number) => boolean): number {
  const at = values.findIndex(suits);
  return at < 0 ? values.length - 1 : at;
}
