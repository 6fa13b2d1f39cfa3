import type { Goal, PlanChoices, PlanLimits } from '../planning/choices.ts';
import type { TimedSchedule } from '../planning/schedule.ts';
import type { LongTask } from './data.ts';

/** What cuts, budgets and codecs would cost, from times of layers that were taken on this machine. */

export type { Goal, PlanChoice, PlanLimits } from '../planning/choices.ts';
export { trainingMemory } from '../planning/memory.ts';

/** What the choice is to be good for. */
export interface PlanWish {
  readonly goal: Goal;
  readonly limits: PlanLimits;
}

export interface PlanTable extends PlanChoices {
  /** What computes, and was timed: that of the client, then that of the server where it is another. */
  readonly engines: readonly string[];
  /** One run of the experiment as it stands, its tests included. */
  readonly schedule: TimedSchedule;
}

/** The timing of a network's layers; its name is the network's. */
export type PlanTask = LongTask<'time'>;
