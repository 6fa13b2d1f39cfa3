import type { StepColumn, StepColumns } from '../../main/api.ts';

const summed = [
  ...(['bytesUp', 'bytesDown', 'wireUp', 'wireDown'] as const),
  ...(['clientSeconds', 'wireSeconds', 'serverSeconds', 'waitSeconds'] as const),
] as const satisfies readonly StepColumn[];

/** What the steps of one data source in one phase add up to. */
export interface PhaseTotals extends Readonly<Record<(typeof summed)[number], number>> {
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

const nothing = Object.fromEntries(summed.map((name) => [name, 0])) as Record<(typeof summed)[number], number>;
