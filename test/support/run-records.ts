import type { Fingerprint } from '../../main/data/fingerprint.ts';
import { measuredColumns } from '../../main/records/columns.ts';
import { experimentSchema, type Experiment, type ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import type { Binding } from '../../main/runs/checkpoint/manifest.ts';
import type { EpochRecord, PairRecord, StepRecord, TrainingRecord } from '../../main/records/record.ts';
import { filledRecord } from './filled-record.ts';
import type { Snapshot, StateDict } from '../../main/training/snapshot.ts';

export function experiment(input: ExperimentInput = {}): Experiment {
  return experimentSchema.parse(input);
}

/** Of images that nobody has seen. */
export function fingerprint(changes: Partial<Fingerprint> = {}): Fingerprint {
  const part = { samples: 96, labels: '1'.repeat(64), images: '2'.repeat(64) };
  const classes = { count: 2, first: ['cat', 'dog'], names: '3'.repeat(64) };
  return { shape: [32, 32, 3], classes, look: '4'.repeat(64), train: part, test: part, ...changes };
}

export function stepRecord(step: number, changes: Partial<StepRecord> = {}): StepRecord {
  return filledRecord('step', {
    training: 0,
    phase: 0,
    source: 0,
    epoch: 0,
    step,
    budget: 4,
    learningRate: 0.01,
    samples: 16,
    crossEntropy: 1 / (step + 1),
    pruneLoss: 0.5,
    correct: 7,
    bytesUp: 8192,
    bytesDown: 16384,
    wireUp: 8200,
    wireDown: 16392,
    clientSeconds: 0.25,
    wireSeconds: 0.125,
    serverSeconds: 0.5,
    waitSeconds: 0.0625,
    ...changes,
  });
}

export function epochRecord(epoch: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  return filledRecord('epoch', {
    training: 0,
    phase: 0,
    source: 0,
    epoch,
    budget: null,
    trainLoss: 0.7,
    trainAccuracy: 0.6,
    testLoss: 0.8,
    testAccuracy: 0.55,
    bytesUp: 2 ** 40,
    bytesDown: 2 ** 41,
    wireUp: 2 ** 40 + 64,
    wireDown: 2 ** 41 + 64,
    samplesPerSecond: 80.5,
    seconds: 12.25,
    ...changes,
  });
}

export function pairRecord(phase: number, changes: Partial<PairRecord> = {}): PairRecord {
  const results = { budget: 4, testAccuracy: 0.5, testLoss: 0.9, bytesPerSample: 512 };
  return filledRecord('pair', { training: 0, phase, source: 0, ...results, ...changes });
}

/** A snapshot every number of which is `k`, so that parts of two different ones show. */
export function uniformSnapshot(k: number, elements = 8): Snapshot {
  const tensor = () => ({ shape: [2, elements / 2], data: new Float32Array(elements).fill(k) });
  const tracked = { shape: [], data: BigInt64Array.of(BigInt(k)) };
  return {
    position: { training: 0, phase: 0, epoch: k, batch: k, step: k },
    totals: {
      bytesUp: k,
      bytesDown: k,
      wireUp: k,
      wireDown: k,
      seconds: k,
      epochLoss: k,
      epochCorrect: k,
      epochSamples: k,
      epochSeconds: k,
    },
    client: {
      weights: { 'features.0.weight': tensor(), 'features.1.num_batches_tracked': tracked },
      momentum: { 'features.0.weight': tensor() },
    },
    server: {
      kind: 'state',
      state: { weights: { 'classifier.0.weight': tensor() }, momentum: { 'classifier.0.weight': tensor() } },
    },
  };
}

/** Whose checkpoints are that are of no run in particular, and come after no records. */
export const unbound: Binding = { uid: 'no run', settings: 'none', records: new Map() };

/** What a pair is kept as. */
export function weightsOf({ client, server }: Snapshot): { client: StateDict; server: StateDict } {
  return { client: client.weights, server: server.kind === 'state' ? server.state.weights : {} };
}

/** A record with null for what the clock decided. */
export function timelessRecord(record: TrainingRecord): Record<string, unknown> {
  const times = measuredColumns(record.kind).filter(({ unit }) => unit === 'seconds' || unit === 'samples/s');
  return { ...record, ...Object.fromEntries(times.map(({ name }) => [name, null])) };
}
