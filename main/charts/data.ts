/**
 * What charts are made from: the records of a run as far as they are drawn. The steps and epochs of the lab's contract
 * and of the store fit these types as they are.
 */

/** Steps by column in the order they were recorded; a budget of NaN is the full one. */
export interface StepData {
  readonly training: Float64Array;
  readonly phase: Float64Array;
  readonly source: Float64Array;
  readonly epoch: Float64Array;
  readonly step: Float64Array;
  readonly budget: Float64Array;
  readonly learningRate: Float64Array;
  readonly samples: Float64Array;
  readonly crossEntropy: Float64Array;
  readonly pruneLoss: Float64Array;
  readonly bytesUp: Float64Array;
  readonly bytesDown: Float64Array;
  readonly clientSeconds: Float64Array;
  readonly wireSeconds: Float64Array;
  readonly serverSeconds: Float64Array;
  readonly waitSeconds: Float64Array;
}

const none = new Float64Array(0);

/** What is drawn from its epochs alone has these steps. */
export const noSteps: StepData = {
  training: none,
  phase: none,
  source: none,
  epoch: none,
  step: none,
  budget: none,
  learningRate: none,
  samples: none,
  crossEntropy: none,
  pruneLoss: none,
  bytesUp: none,
  bytesDown: none,
  clientSeconds: none,
  wireSeconds: none,
  serverSeconds: none,
  waitSeconds: none,
};

/** The end of an epoch; bytes and seconds count from the beginning of the training. */
export interface EpochData {
  readonly training: number;
  readonly phase: number;
  readonly source: number;
  readonly epoch: number;
  readonly budget: number | null;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly wireUp: number;
  readonly wireDown: number;
  readonly samplesPerSecond: number;
  readonly seconds: number;
}

/** One run as charts see it. */
export interface RunData {
  readonly id: string;
  /** As users call the run: its experiment's name, its number, its seed. */
  readonly name: string;
  readonly number: number;
  readonly seed: number;
  /** The same for runs that are set the same: those of one name that differ in the seed alone belong together. */
  readonly settings: string;
  /** Budgets of the trainings of a run that has one for each, as `scratch` does; they tell these apart. */
  readonly trainingBudgets: readonly (number | null)[];
  /** How many data sources it trains with. */
  readonly sources: number;
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
  readonly steps: StepData;
  readonly epochs: readonly EpochData[];
}
