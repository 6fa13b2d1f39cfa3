/** What a training says about itself while it runs: one record a step, one an epoch. Sizes are bytes, times seconds. */

/** `null` is the full budget: nothing is masked and all maps cross the network. */
export type Budget = number | null;

export interface StepRecord {
  readonly kind: 'step';
  /** Which training of the experiment (prune from scratch has one per budget; others have one). */
  readonly training: number;
  readonly phase: number;
  /** The data source that made the step, from 0. */
  readonly source: number;
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
  /** Bytes of the step's messages. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** The same as counted at the socket, frames included; equal to the messages' where there is no socket. */
  readonly wireUp: number;
  readonly wireDown: number;
  /** `wait`: for data, for a turn at the server, and for the device that the CPU share makes slower. */
  readonly seconds: {
    readonly client: number;
    readonly wire: number;
    readonly server: number;
    readonly wait: number;
  };
  /** f = σ(f̂) of every map after the step; absent for a plain split. */
  readonly gates?: Float32Array;
}

export interface EpochRecord {
  readonly kind: 'epoch';
  readonly training: number;
  readonly phase: number;
  readonly source: number;
  readonly epoch: number;
  readonly budget: Budget;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Bytes of training traffic since the training began: of the messages, and at the socket. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly wireUp: number;
  readonly wireDown: number;
  readonly samplesPerSecond: number;
  /** Seconds of training since the training began, evaluation left out. */
  readonly seconds: number;
}

/** A finished member of the model set Θ: the client/server pair for one budget. */
export interface PairRecord {
  readonly kind: 'pair';
  readonly training: number;
  readonly phase: number;
  readonly source: number;
  readonly budget: Budget;
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Bytes one sample sends when the pair is used for inference. */
  readonly bytesPerSample: number;
}

export type TrainingRecord = StepRecord | EpochRecord | PairRecord;
