import type { StepColumns } from '../../main/api.ts';
import { measuredColumns } from '../../main/records/columns.ts';
import type { StepColumnIn } from '../../main/records/record.ts';

type Summed = StepColumnIn<'bytes' | 'seconds'>;

/** Of what is measured all bytes and times. */
const summed = measuredColumns('step')
  .filter(({ unit }) => unit === 'bytes' || unit === 'seconds')
  .map(({ name }) => name) as readonly Summed[];

/** What the steps of one data source in one phase add up to. */
export interface PhaseTotals extends Readonly<Record<Summed, number>> {
  readonly training: number;
  readonly phase: number;
  readonly source: number;
  readonly steps: number;
}

/** Totals of steps as they come, so that long runs need not be added up again with every step. */
export interface PhaseSums {
  readonly totals: readonly PhaseTotals[];
  add(steps: StepColumns): void;
}

export function sumByPhase(): PhaseSums {
  const sums = new Map<number, { -readonly [Name in keyof PhaseTotals]: number }>();
  return {
    get totals() {
      return [...sums.values()];
    },
    add: (steps) => {
      const { training, phase, source } = steps;
      for (let row = 0; row < training.length; row++) {
        const key = (training[row] * 10_000 + phase[row]) * 10_000 + source[row];
        let sum = sums.get(key);
        if (!sum) {
          sum = { training: training[row], phase: phase[row], source: source[row], steps: 0, ...nothing };
          sums.set(key, sum);
        }
        sum.steps++;
        for (const name of summed) sum[name] += steps[name][row];
      }
    },
  };
}

const nothing = Object.fromEntries(summed.map((name) => [name, 0])) as Record<Summed, number>;
