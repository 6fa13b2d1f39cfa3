import fc from 'fast-check';
import { secondsOf } from '../../main/records/columns.ts';
import type { EpochRecord, StepRecord } from '../../main/records/record.ts';
import { random, shuffle } from '../../main/random.ts';
import { epochRecord, stepRecord } from './run-records.ts';

/** Sources by the steps they take an epoch, and how many epochs they train; numbers follow from the seed. */
export interface Shards {
  readonly lengths: readonly number[];
  readonly epochs: number;
  readonly seed: number;
  /** Steps of the last epoch that are not there yet, by source; its epoch is then not finished. */
  readonly missing: readonly number[];
}

export const shards: fc.Arbitrary<Shards> = fc
  .record({
    lengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
    epochs: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
    missing: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
    whole: fc.boolean(),
  })
  .map(({ whole, missing, ...rest }) => ({ ...rest, missing: whole ? [0, 0, 0, 0] : missing }));

export interface UnevenRecords {
  /** In an order in which they may have come: those of a source one after the other. */
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
}

/** The records of sources that have different numbers of images, half of the epochs at budget 2, then at full budget. */
export function unevenRecords({ lengths, epochs, seed, missing }: Shards): UnevenRecords {
  const bySource = lengths.map((length, source) => {
    const wanted = length * epochs - Math.min(missing[source], length);
    return Array.from({ length: wanted }, (_, step) => oneStep(seed, source, step, { length, epochs }));
  });
  const draw = random(seed, 'order');
  const waiting = bySource.map((steps) => [...steps]);
  const order = shuffle(Uint32Array.from(bySource.flatMap((steps, source) => steps.map(() => source))), draw);
  return {
    steps: Array.from(order, (source) => waiting[source].shift()!),
    epochs: bySource.flatMap((steps, source) => epochsOf(steps, lengths[source], seed)),
  };
}

function oneStep(
  seed: number,
  source: number,
  step: number,
  { length, epochs }: { length: number; epochs: number },
): StepRecord {
  const draw = random(seed, 'step', source, step);
  const epoch = Math.floor(step / length);
  const isFull = epoch >= epochs / 2;
  const samples = 1 + draw.integer(16);
  return stepRecord(step, {
    source,
    epoch,
    phase: Number(isFull),
    budget: isFull ? null : 2,
    learningRate: isFull ? 0.02 : 0.01,
    samples,
    crossEntropy: draw.uniform(),
    pruneLoss: draw.uniform(),
    correct: draw.integer(samples + 1),
    bytesUp: 1 + draw.integer(10_000),
    bytesDown: 1 + draw.integer(10_000),
    clientSeconds: 0.01 + draw.uniform(),
    wireSeconds: draw.uniform(),
    serverSeconds: draw.uniform(),
    waitSeconds: draw.uniform(),
    gates: Float32Array.of(draw.uniform(), draw.uniform(), draw.uniform(), draw.uniform()),
  });
}

/** What one source came to by the end of every epoch that it finished; a fifth of the time is of no part of a step. */
function epochsOf(steps: readonly StepRecord[], length: number, seed: number): EpochRecord[] {
  return Array.from({ length: Math.floor(steps.length / length) }, (_, epoch) => {
    const own = steps.slice(epoch * length, (epoch + 1) * length);
    const soFar = steps.slice(0, (epoch + 1) * length);
    const [{ source, phase, budget }] = own;
    const samples = sum(own, (step) => step.samples);
    const draw = random(seed, 'test', source, epoch);
    return epochRecord(epoch, {
      source,
      phase,
      budget,
      trainLoss: sum(own, (step) => step.crossEntropy * step.samples) / samples,
      trainAccuracy: sum(own, (step) => step.correct) / samples,
      testLoss: draw.uniform(),
      testAccuracy: draw.uniform(),
      bytesUp: sum(soFar, (step) => step.bytesUp),
      bytesDown: sum(soFar, (step) => step.bytesDown),
      samplesPerSecond: samples / (1.25 * sum(own, secondsOf)),
      seconds: 1.25 * sum(soFar, secondsOf),
    });
  });
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
