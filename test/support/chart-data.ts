import { byStepColumn } from '../../main/records/columns.ts';
import type { EpochData, RunData, StepData } from '../../main/charts/data.ts';
import { filledRecord } from './filled-record.ts';

/** Steps of one source in epochs of four steps; NaN is the full budget. What is not named here is 0. */
export function steps(count: number, changes: Partial<Record<keyof StepData, (i: number) => number>> = {}): StepData {
  const values: Partial<Record<keyof StepData, (i: number) => number>> = {
    training: () => 0,
    phase: () => 0,
    source: () => 0,
    epoch: (i) => Math.floor(i / 4),
    step: (i) => i,
    budget: () => 4,
    learningRate: () => 0.01,
    samples: () => 16,
    crossEntropy: (i) => 1 / (i + 1),
    pruneLoss: () => 0.5,
    bytesUp: () => 100,
    bytesDown: () => 200,
    clientSeconds: () => 0.1,
    wireSeconds: () => 0.2,
    serverSeconds: () => 0.3,
    waitSeconds: () => 0.4,
    ...changes,
  };
  return byStepColumn((name) => Float64Array.from({ length: count }, (_, i) => values[name]?.(i) ?? 0));
}

export function epoch(number: number, testAccuracy: number, changes: Partial<EpochData> = {}): EpochData {
  return filledRecord('epoch', {
    training: 0,
    phase: 0,
    source: 0,
    epoch: number,
    budget: 4,
    trainLoss: 1,
    trainAccuracy: 0.5,
    testLoss: 1,
    testAccuracy,
    bytesUp: 400 * (number + 1),
    bytesDown: 800 * (number + 1),
    wireUp: 400 * (number + 1),
    wireDown: 800 * (number + 1),
    samplesPerSecond: 16,
    seconds: 8 * (number + 1),
    ...changes,
  });
}

export function run(number: number, name: string, changes: Partial<RunData> = {}): RunData {
  const id = `${String(number).padStart(4, '0')}-${name}`;
  return {
    id,
    name,
    number,
    seed: number,
    settings: '',
    testSet: 'synthetic',
    network: '',
    pairs: [{ training: 0, firstPhase: 0, lastPhase: Infinity, budget: null }],
    sources: 1,
    dropped: 0,
    isFinished: false,
    steps: steps(0),
    epochs: [],
    ...changes,
  };
}
