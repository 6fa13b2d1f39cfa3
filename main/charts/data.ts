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
  /** The same for runs that train the same network, cut alike, on the same images: their pairs of one budget compare. */
  readonly network: string;
  /** The pairs it makes, in the order they are trained; budgets tell them apart. */
  readonly pairs: readonly PairData[];
  /** How many data sources it trains with. */
  readonly sources: number;
  /** How many of them it goes on without. */
  readonly dropped: number;
  /** Whether it is finished: what a source has not recorded by then it never will. */
  readonly isFinished: boolean;
  readonly steps: StepData;
  readonly epochs: readonly EpochData[];
}

/** The phases of a training that lead to a pair, both ends within: those since the pair before it, or new weights. */
export interface PairData {
  readonly training: number;
  readonly firstPhase: number;
  readonly lastPhase: number;
  readonly budget: number | null;
}

/** Where a pair's own training began within the training of its run: what lay before it. */
export type TrainingStart = Readonly<Record<'epoch' | 'step' | 'seconds' | 'bytesUp' | 'bytesDown', number>>;

/** What is looked at of a run: each of its pairs for itself, or its trainings as wholes. */
export type Parts = 'pairs' | 'wholes';

/** All data sources together, or one of them, counted from 0. */
export type SourceChoice = 'all' | number;

/** What is drawn of data sources: besides these, each as a line of its own. */
export type SourceView = SourceChoice | 'each';

/**
 * What led to one pair of a run, or a training of it as a whole; of one data source or all of them together. Steps and
 * epochs, their bytes and seconds count from its own beginning.
 */
export interface TrainingData {
  readonly id: string;
  readonly run: string;
  /** The number among the trainings of its run. */
  readonly training: number;
  /** The phase that ends with its pair. */
  readonly lastPhase: number;
  /** Of that pair; null is full. */
  readonly budget: number | null;
  readonly start: TrainingStart;
  readonly network: string;
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
