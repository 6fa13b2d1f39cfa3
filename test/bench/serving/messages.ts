import type { BatchLimits } from '../../../main/serving/batcher.ts';

/** To the process of the server that is measured. */
export interface BenchServe {
  readonly home: string;
  readonly sets: readonly string[];
  readonly threads: number;
  readonly batching: BatchLimits;
  readonly token: string;
}

export interface BenchReady {
  readonly url: string;
}

/** The name of the set whose one pair has the whole network at the server. */
export const wholeSet = 'whole';
