import type { FrontierFacts } from '../charts/drawable/frontier.ts';
import type { Shape } from '../model/spec.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import type { Origin, RunStatus } from '../runs/store/run.ts';
import type { MethodName } from '../training/methods/table.ts';
import type { PlannedPair } from '../training/plan.ts';
import type { Budget } from '../records/column.ts';
import type { EpochRecord } from '../records/record.ts';
import type { LongTask } from './data.ts';
import type { Plan } from './experiments.ts';
import type { ServerPlace } from './server.ts';

/** Runs as lists and their pages show them. */

export const activeStatuses: readonly RunStatus[] = ['queued', 'running', 'paused'];

/** Whether a run is training, or will as soon as it may. */
export function isActive({ status }: { readonly status: RunStatus }): boolean {
  return activeStatuses.includes(status);
}

/** A run as lists show it. One that was paused and is to go on is `queued` too, with its progress, until there is room. */
export interface RunSummary {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly seed: number;
  /** What was launched together. */
  readonly group: string;
  readonly project: string;
  /** Left out of lists that do not ask for such. */
  readonly archived: boolean;
  /** Without its notes, which are the run's now. */
  readonly experiment: Experiment;
  readonly status: RunStatus;
  readonly method: MethodName;
  readonly model: string;
  readonly dataset: string;
  /** In the order they are trained, as the method makes them of the phases. */
  readonly budgets: readonly Budget[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** What computes the data sources, and the server half. */
  readonly engine: string | null;
  readonly serverEngine: string | null;
  readonly error: string | null;
  /** It has stopped by itself where a search wanted it to, and may go on. */
  readonly halted: boolean;
  /** How many of its data sources died too often and are left out. */
  readonly dropped: number;
  readonly tags: readonly string[];
  readonly epochsDone: number;
  /** Less than were planned once phases have ended early. */
  readonly epochsTotal: number;
  readonly lastAccuracy: number | null;
  /** At the budget it is at, or ended with. */
  readonly bestAccuracy: number | null;
  /** At each budget, in the order they were trained. */
  readonly bests: readonly { readonly budget: Budget; readonly accuracy: number }[];
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Over all finished epochs, in the time of training; null before there is one. */
  readonly samplesPerSecond: number | null;
  /** In finished epochs: of training alone, and of evaluation between epochs, which older versions did not measure. */
  readonly trainingSeconds: number | null;
  readonly evaluationSeconds: number | null;
  /** Between images and what crosses, in the last epoch; null where it is not measured. */
  readonly distanceCorrelation: number | null;
  /** While it is running or paused, or waits to go on. */
  readonly progress: RunProgress | null;
  /** Queued by a terminal: that starts it, and the lab does not unless it is resumed. */
  readonly elsewhere: boolean;
}

/** A folder of a run that the list does not know, as after its database was lost or an old one put in its place. */
export interface StrayFolder {
  /** Its name among the runs. */
  readonly folder: string;
  /** Of the run that it says it is; null where it does not say. */
  readonly name: string | null;
  readonly createdAt: number | null;
  /** Why it cannot be adopted, and what can be done with it; null where it can. */
  readonly refused: string | null;
}

export interface RunProgress {
  readonly training: number;
  readonly phase: number;
  readonly budget: Budget;
  readonly epoch: number;
  /** The epoch of the whole run, from 1, and how many it has, all its trainings together. */
  readonly runEpoch: number;
  readonly runEpochs: number;
  readonly stepsDone: number;
  readonly totalSteps: number;
  readonly crossEntropy: number;
  /** Of the last steps; that of the whole run is the summary's. */
  readonly samplesPerSecond: number;
  readonly secondsLeft: number;
}

/** What people may change of a run at any time. */
export interface RunChanges {
  readonly notes?: string;
  readonly tags?: string[];
  readonly name?: string;
  readonly project?: string;
  readonly archived?: boolean;
}

export interface RunDetail extends RunSummary {
  readonly notes: string;
  readonly folder: string;
  /** null when its data set is gone. */
  readonly plan: Plan | null;
  /** What it makes, in the order it is trained. */
  readonly pairs: readonly PlannedPair[];
  /** Whether its method leaves a model pair for each of its budgets. */
  readonly makesSet: boolean;
  /** How many its data set has; null when that is gone. */
  readonly classes: number | null;
  /** [h, w, φ] at full budget; null when its data set is gone. */
  readonly sent: Shape | null;
  /** The offload server elsewhere that it trained with last; null when it had one of its own. */
  readonly server: RunServer | null;
  /** Where it was brought in from; null where it was trained here. */
  readonly origin: Origin | null;
}

/** A run as comparisons need it, with the ends of its epochs. */
export interface ComparedRun extends Pick<
  RunDetail,
  'id' | 'name' | 'number' | 'seed' | 'status' | 'dropped' | 'experiment' | 'pairs' | 'classes'
> {
  readonly epochs: readonly EpochRecord[];
  readonly frontier: FrontierFacts;
}

/** Runs to be brought in: a zip, a folder or a home on the lab's machine, or an archive that was handed over (`uploadPart`). */
export type RunImport = { readonly path: string } | { readonly upload: string; readonly name: string };

export type RunTask = LongTask<'import' | 'export'>;

export interface RunServer extends ServerPlace {
  /** It keeps the server half of the run's checkpoint: the run cannot go on without it. */
  readonly needed: boolean;
}
