import type { SearchCurve } from '../charts/drawable/search.ts';
import type { TrialState } from '../runs/search/asha.ts';
import type { RungUnit } from '../runs/search/schema.ts';
import type { RunStatus } from '../runs/store/run.ts';
import type { PointValues } from './sweeps.ts';

/** Searches for the fewest bytes of an accuracy, or the best accuracy of so many bytes. Bytes are both ways. */
export type { RungUnit, SearchCurve, TrialState };

export interface SearchGoal {
  readonly floor: number | null;
  readonly maxBytes: number | null;
  readonly unit: RungUnit;
  /** Where trials are compared, rising; besides these at their end. */
  readonly rungs: readonly number[];
  readonly reduction: number;
}

/** A point that is left out, and why. */
export interface RefusedPoint {
  readonly values: PointValues;
  readonly reason: string;
}

export interface SearchPlan {
  readonly goal: SearchGoal;
  readonly points: readonly PlannedPoint[];
  readonly refused: readonly RefusedPoint[];
  /** The most it sends: every point to its end, or to the cap. */
  readonly mostBytes: number;
}

export interface PlannedPoint {
  readonly values: PointValues;
  /** Of its whole run, and of its first epoch. */
  readonly bytes: number;
  readonly firstEpoch: number;
  /** The rung it begins at, from 0. */
  readonly entry: number;
}

/** `interrupted`: it should be going on, and nothing executes it. */
export type SearchStatus = 'running' | 'paused' | 'interrupted' | 'ended';

export interface SearchEntry {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly status: SearchStatus;
  readonly createdAt: number;
  readonly goal: Pick<SearchGoal, 'floor' | 'maxBytes'>;
}

export interface SearchOutcome extends Omit<SearchEntry, 'goal'> {
  readonly goal: SearchGoal;
  /** The settings that are searched, by the names they were given. */
  readonly settings: readonly string[];
  readonly trials: readonly SearchTrial[];
  readonly refused: readonly RefusedPoint[];
  /** The number of the best trial; null before there is any. */
  readonly best: number | null;
  /** What came of it so far, in words. */
  readonly verdict: string;
  /** What all trials have sent. */
  readonly bytes: number;
  /** Estimated from the epochs so far; null before there are any, and where it has ended. */
  readonly secondsLeft: number | null;
}

export interface SearchTrial {
  /** From 0, in the order they were drawn. */
  readonly number: number;
  readonly values: PointValues;
  /** Null before it is begun, and once its run was deleted. */
  readonly run: string | null;
  readonly status: RunStatus | null;
  readonly state: TrialState;
  /** Why it does not go on, where something keeps it from that. */
  readonly reason: string | null;
  /** The highest rung it has come to, from 0, and the one it is on its way to. */
  readonly rung: number | null;
  readonly asked: number | null;
  readonly epochs: number;
  readonly plannedEpochs: number;
  readonly bytes: number;
  /** On the test set at the epoch that counts: the best one, or the first that was as good as the floor. */
  readonly accuracy: number | null;
  /** Until that epoch. */
  readonly accuracyBytes: number | null;
  readonly reached: boolean;
  readonly curve: SearchCurve;
}
