import { bestAtEnd, throughput } from '../achievement.ts';
import type { TrainingData } from '../data.ts';
import type { ScatterChartSpec } from '../kinds/scatter.ts';
import { lookIndex, type Looks } from './looks.ts';
import { paretoFront } from './numbers.ts';

/** What a training achieved against what it cost. */
export interface Outcome {
  readonly id: string;
  readonly run: string;
  readonly label: string;
  readonly family: string;
  readonly look: number;
  /** Bytes or seconds; for throughput samples a second, of which more is better. */
  readonly cost: number;
  /** An accuracy on the test set between 0 and 1. */
  readonly gain: number;
  /** The same on the images held out for validation; NaN where none were. */
  readonly validation: number;
  /** What it was tested on: only outcomes of one test set beat one another. */
  readonly testSet: string;
}

/** The fronts of all test sets. */
export function frontsOf(outcomes: readonly Outcome[], spec: Pick<ScatterChartSpec, 'x'>): Outcome[][] {
  const sets = [...new Set(outcomes.map(({ testSet }) => testSet))];
  return sets.map((set) =>
    frontOf(
      outcomes.filter(({ testSet }) => testSet === set),
      spec,
    ),
  );
}

/** The outcomes that no other beats in both, from left to right; on the images held out where all have some. */
function frontOf(outcomes: readonly Outcome[], { x }: Pick<ScatterChartSpec, 'x'>): Outcome[] {
  const sign = x === 'throughput' ? -1 : 1;
  const held = outcomes.every(({ validation }) => !Number.isNaN(validation));
  const front = paretoFront(
    outcomes.map((outcome) => ({
      outcome,
      cost: sign * outcome.cost,
      gain: held ? outcome.validation : outcome.gain,
    })),
  ).map(({ outcome }) => outcome);
  return sign < 0 ? front.reverse() : front;
}

/** The outcomes of those trainings that have finished an epoch. */
export function outcomesOf(trainings: readonly TrainingData[], spec: ScatterChartSpec, looks?: Looks): Outcome[] {
  const lookOf = lookIndex(trainings, looks);
  return trainings.flatMap((training) => {
    const { id, run, label, family, testSet, epochs } = training;
    const told = spec.y === 'best-accuracy' ? bestAtEnd(epochs) : epochs.at(-1);
    if (!told) return [];
    const accuracies = { gain: told.testAccuracy, validation: told.validationAccuracy };
    return [
      { id, run, label, family, testSet, look: lookOf(id, family), cost: costOf(training, spec.x), ...accuracies },
    ];
  });
}

function costOf({ steps, epochs }: TrainingData, cost: ScatterChartSpec['x']): number {
  const { seconds, bytesUp, bytesDown } = epochs[epochs.length - 1];
  if (cost === 'throughput') return throughput(epochs);
  if (cost === 'time') return seconds;
  if (cost === 'bytes') return bytesUp + bytesDown;
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return (sum(steps.bytesUp) + sum(steps.bytesDown)) / sum(steps.samples);
}
