import type { StepColumns } from '../../../main/api.ts';

export const places = ['client', 'wire', 'server', 'wait'] as const;
export type Place = (typeof places)[number];

/** Where the time of steps went: seconds a step on average, and shares of the whole. */
export interface TimeShares {
  readonly steps: number;
  readonly secondsPerStep: number;
  readonly places: readonly { readonly place: Place; readonly seconds: number; readonly share: number }[];
}

/** Of the steps from row `from` on that `wanted` takes. */
export function timeShares(
  steps: StepColumns,
  from = 0,
  wanted: (row: number) => boolean = () => true,
): TimeShares | null {
  const sums = [0, 0, 0, 0];
  const columns = [steps.clientSeconds, steps.wireSeconds, steps.serverSeconds, steps.waitSeconds];
  let count = 0;
  for (let row = from; row < steps.step.length; row++) {
    if (!wanted(row)) continue;
    count++;
    for (let i = 0; i < 4; i++) sums[i] += columns[i][row];
  }
  if (count === 0) return null;
  const total = sums.reduce((sum, each) => sum + each, 0);
  return {
    steps: count,
    secondsPerStep: total / count,
    places: places.map((place, i) => ({ place, seconds: sums[i] / count, share: total > 0 ? sums[i] / total : 0 })),
  };
}
