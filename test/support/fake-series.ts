import type {
  EpochBatch,
  EpochRecord,
  Experiment,
  GateHistory,
  MethodName,
  Plan,
  StepBatch,
  StepColumn,
} from '../../main/api.ts';
import { byStepColumn } from '../../main/records/columns.ts';
import { parseExperiment } from '../../main/runs/experiment/parse.ts';
import { filledRecord } from './filled-record.ts';

/** Nine epochs of budget 4, then full ones: numbers that look like a training, the same ones for the same seed. */
const stepsPerEpoch = 60;
const epochs = 9;
const rows = epochs * stepsPerEpoch;
/** Rows of one answer, few enough that a run takes several. */
const piece = 200;
const switchEpoch = 6;

function noise(seed: number, i: number): number {
  const x = Math.sin(seed * 127.1 + i * 311.7) * 43_758.5453;
  return x - Math.floor(x) - 0.5;
}

const budgetAt = (epoch: number): number | null => (epoch < switchEpoch ? 4 : null);
const bytesAt = (epoch: number): number => (epoch < switchEpoch ? 8_400 : 131_200);

const columns: Readonly<Partial<Record<StepColumn, (row: number, seed: number) => number>>> = {
  training: () => 0,
  phase: (row) => Number(epochOf(row) >= switchEpoch),
  source: () => 0,
  epoch: (row) => epochOf(row),
  step: (row) => row,
  budget: (row) => budgetAt(epochOf(row)) ?? NaN,
  learningRate: () => 0.01,
  samples: () => 16,
  crossEntropy: (row, seed) => 0.5 + 1.8 * Math.exp(-row / 160) + 0.3 * noise(seed, row),
  pruneLoss: (row) => (epochOf(row) < switchEpoch ? 0.02 + Math.exp(-row / 50) : 0),
  correct: (row, seed) => Math.round(16 * (0.85 - 0.65 * Math.exp(-row / 200)) + noise(seed, row + 7)),
  bytesUp: (row) => bytesAt(epochOf(row)),
  bytesDown: (row) => bytesAt(epochOf(row)) * 0.9,
  wireUp: (row) => bytesAt(epochOf(row)) + 96,
  wireDown: (row) => bytesAt(epochOf(row)) * 0.9 + 96,
  clientSeconds: (row, seed) => 0.018 + 0.004 * noise(seed, row + 1),
  wireSeconds: (row) => (epochOf(row) < switchEpoch ? 0.004 : 0.031),
  serverSeconds: (row, seed) => 0.026 + 0.006 * noise(seed, row + 2),
  waitSeconds: () => 0.002,
};

function epochOf(row: number): number {
  return Math.floor(row / stepsPerEpoch);
}

export function fakeSteps(seed: number, from: number): StepBatch {
  const length = Math.max(0, Math.min(piece, rows - from));
  return {
    generation: 1,
    from,
    row: from + length,
    more: from + length < rows,
    columns: byStepColumn((name) => Float64Array.from({ length }, (_, i) => columns[name]?.(from + i, seed) ?? 0)),
  };
}

export function fakeEpochs(seed: number): EpochBatch {
  let [bytesUp, bytesDown] = [0, 0];
  const records = Array.from({ length: epochs }, (_, epoch): EpochRecord => {
    bytesUp += bytesAt(epoch) * stepsPerEpoch;
    bytesDown += bytesAt(epoch) * 0.9 * stepsPerEpoch;
    const testAccuracy = 0.82 - 0.5 * Math.exp(-(epoch + 1) / 3) + 0.02 * noise(seed, epoch);
    return filledRecord('epoch', {
      training: 0,
      phase: Number(epoch >= switchEpoch),
      source: 0,
      epoch,
      budget: budgetAt(epoch),
      trainLoss: 0.5 + 1.6 * Math.exp(-(epoch + 1) / 2.5),
      trainAccuracy: testAccuracy - 0.01,
      testLoss: 0.6 + 1.5 * Math.exp(-(epoch + 1) / 2.5),
      testAccuracy,
      bytesUp,
      bytesDown,
      wireUp: bytesUp * 1.01,
      wireDown: bytesDown * 1.01,
      samplesPerSecond: 400,
      seconds: (epoch + 1) * 2.4,
    });
  });
  return { generation: 1, epochs: records, pairs: [] };
}

export function fakeGates(seed: number, moments: number): GateHistory {
  const maps = 32;
  const values = new Float32Array(moments * maps);
  const kept = new Uint8Array(Math.ceil((moments * maps) / 8));
  const at = (i: number): number => Math.floor((i * (rows - 1)) / Math.max(1, moments - 1));
  for (let i = 0; i < moments; i++) {
    for (let map = 0; map < maps; map++) {
      const wins = map % 8 === 3;
      const f = wins ? 0.98 : 0.5 * Math.exp(-(5 * i) / moments) * (1 + 0.4 * noise(seed, map));
      const bit = i * maps + map;
      values[bit] = f;
      if (wins || epochOf(at(i)) >= switchEpoch) kept[bit >> 3] |= 1 << (bit & 7);
    }
  }
  const steps = Float64Array.from({ length: moments }, (_, i) => at(i));
  return {
    maps,
    steps,
    epochs: steps.map(epochOf),
    budgets: steps.map((step) => budgetAt(epochOf(step)) ?? NaN),
    values,
    kept,
  };
}

export function fakeExperiment(method: MethodName): Experiment {
  return parseExperiment({ name: method, method, dataset: { name: 'cifar10' } });
}

export function fakePlan(): Plan {
  const phase = (first: number, count: number, budget: number | null) => ({
    training: 0,
    budget,
    firstEpoch: first,
    epochs: count,
    steps: count * stepsPerEpoch,
    mostSteps: count * stepsPerEpoch,
    bytesUp: count * stepsPerEpoch * bytesAt(first),
    bytesDown: count * stepsPerEpoch * bytesAt(first) * 0.9,
    learningRate: 0.01,
  });
  const phases = [phase(0, switchEpoch, 4), phase(switchEpoch, 12 - switchEpoch, null)];
  const total = (of: (one: (typeof phases)[number]) => number): number => phases.reduce((sum, one) => sum + of(one), 0);
  return {
    phases,
    bytesUp: total(({ bytesUp }) => bytesUp),
    bytesDown: total(({ bytesDown }) => bytesDown),
    fullBudgetBytes: 12 * stepsPerEpoch * bytesAt(switchEpoch) * 1.9,
    plainSplitBytes: 12 * stepsPerEpoch * bytesAt(switchEpoch) * 2,
    steps: 12 * stepsPerEpoch,
    atMost: false,
    seconds: 34,
    evaluationSeconds: 5,
  };
}
