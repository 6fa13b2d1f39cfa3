import type { Importance, TooFew } from '../charts/importance.ts';
import type { PointValues } from '../runs/sweep/points.ts';

/** The same experiment with other settings: what a sweep would run, and what came of one. */

/** Values of settings as a line of text: pure, so that the window reads and writes them too. */
export { readSeeds, readValues, writtenValues } from '../runs/sweep/values.ts';
export type { Sweep } from '../runs/sweep/schema.ts';
export type { Values } from '../runs/sweep/space.ts';
export type { Importance, PointValues, TooFew };

export interface SweepPlan {
  /** In the order they are launched. */
  readonly points: readonly SweepPointPlan[];
  readonly runs: number;
  /** Of all runs; null where that of one is not known. */
  readonly bytes: number | null;
  /** What they would send at full budget. */
  readonly fullBudgetBytes: number | null;
  readonly seconds: number | null;
  /** Which combinations cannot be trained and why, as a sentence that goes on from the sweep; null where all can. */
  readonly problem: string | null;
}

/** One combination; bytes and seconds are of each of its runs. */
export interface SweepPointPlan {
  readonly values: PointValues;
  /** One for each of its seeds. */
  readonly runs: number;
  readonly bytes: number | null;
  readonly fullBudgetBytes: number | null;
  readonly seconds: number | null;
  readonly problem: string | null;
}

/** What runs that were launched together differ in, and what that did. */
export interface LaunchOutcome {
  /** Ids, oldest first. */
  readonly runs: readonly string[];
  /** Dotted paths of the settings that differ, phases one by one; seeds are none. */
  readonly settings: readonly string[];
  /** For each run the values of these. */
  readonly values: readonly (readonly unknown[])[];
  /** Of the settings for the best test accuracy of the runs that have finished, in their order. */
  readonly importance: Importance | TooFew;
}

/** What can be asked of all runs of a launch at once, each for those that it can be for. */
export type LaunchCommand = 'pause' | 'proceed' | 'stop' | 'resume';
