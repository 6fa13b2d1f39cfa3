import { byStepColumn } from '../records/columns.ts';
import type { EpochRecord, StepColumns } from '../records/record.ts';

/**
 * What charts are made from: the records of a run as far as they are drawn. The steps and epochs of the lab's contract
 * and of the store fit these types as they are.
 */

export interface StepData extends StepColumns {
  /** Where these are steps of several data sources together. */
  readonly joint?: JointSteps;
}

/** What no column says of steps that several data sources took together. */
interface JointSteps {
  /** Where each ends, in epochs: 1.5 is halfway through the second. */
  readonly places: Float64Array;
  /** How many steps of sources each is. */
  readonly taken: Float64Array;
  /** Seconds that each adds to the time of the source that takes longest. */
  readonly seconds: Float64Array;
}

const none = new Float64Array(0);

/** What is drawn from its epochs alone has these steps. */
export const noSteps: StepData = byStepColumn(() => none);

/** The end of an epoch; bytes and seconds count from the beginning of the training. */
export type EpochData = Omit<EpochRecord, 'kind'>;

/** One run as charts see it. */
export interface RunData {
  readonly id: string;
  /** As users call the run: its experiment's name, its number, its seed. */
  readonly name: string;
  readonly number: number;
  readonly seed: number;
  /** The same for runs that are set the same: those of one name that differ in the seed alone belong together. */
  readonly settings: string;
  /** What it is tested on (testSet). */
  readonly testSet: string;
  /** Budgets of the trainings of a run that has one for each, as `scratch` does; they tell these apart. */
  readonly trainingBudgets: readonly (number | null)[];
  /** How many data sources it trains with. */
  readonly sources: number;
  /** How many of them it goes on without. */
  readonly dropped: number;
  /** Whether it is finished: what a source has not recorded by then it never will. */
  readonly isFinished: boolean;
  readonly steps: StepData;
  readonly epochs: readonly EpochData[];
}

/** All data sources together, or one of them, counted from 0. */
export type SourceChoice = 'all' | number;

/** What is drawn of data sources: besides these, each as a line of its own. */
export type SourceView = SourceChoice | 'each';

/** One training of a run, of one data source or all of them together. */
export interface TrainingData {
  readonly id: string;
  readonly run: string;
  readonly training: number;
  /** Unique among what it is drawn with. */
  readonly label: string;
  /** What differs in the seed alone shares it, and looks alike. */
  readonly family: string;
  readonly seed: number;
  /** What its run is tested on. */
  readonly testSet: string;
  readonly steps: StepData;
  readonly epochs: readonly EpochData[];
}
