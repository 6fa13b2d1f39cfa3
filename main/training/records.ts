/** What a training says about itself while it runs: one record a step, one an epoch. Sizes are bytes, times seconds. */

/** `null` is the full budget: nothing is masked and all maps cross the network. */
export type Budget = number | null;

export interface StepRecord {
  readonly kind: 'step';
  /** Which training of the experiment (prune from scratch has one per budget; others have one). */
  readonly training: number;
  readonly phase: number;
  /** Epoch counted over the whole training, from 0. */
  readonly epoch: number;
  /** Step counted over the whole training, from 0. */
  readonly step: number;
  readonly budget: Budget;
  readonly learningRate: number;
  readonly samples: number;
  readonly crossEntropy: number;
  /** λ-weighted gate loss before ε; 0 in full-budget phases. */
  readonly pruneLoss: number;
  readonly correct: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly seconds: { readonly client: number; readonly wire: number; readonly server: number };
  /** f = σ(f̂) of every map after the step; absent for a plain split. */
  readonly gates?: Float32Array;
}

export interface EpochRecord {
  readonly kind: 'epoch';
  readonly training: number;
  readonly phase: number;
  readonly epoch: number;
  readonly budget: Budget;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Bytes of training traffic since the training began. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly samplesPerSecond: number;
  /** Seconds of training since the training began, evaluation left out. */
  readonly seconds: number;
}

/** A finished member of the model set Θ: the client/server pair for one budget. */
export interface PairRecord {
  readonly kind: 'pair';
  readonly training: number;
  readonly phase: number;
  readonly budget: Budget;
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Bytes one sample sends when the pair is used for inference. */
  readonly bytesPerSample: number;
}

export type TrainingRecord = StepRecord | EpochRecord | PairRecord;
