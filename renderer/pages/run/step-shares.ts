import type { StepColumns } from '../../../main/api.ts';
import { timeParts } from '../../../main/charts/step-time.ts';

/** Where the time of steps went: seconds a step on average, and shares of the whole. */
export interface TimeShares {
  readonly steps: number;
  readonly secondsPerStep: number;
  /** In the order of the chart. */
  readonly parts: readonly { readonly name: string; readonly seconds: number; readonly share: number }[];
}

/** Of the steps from row `from` on that `wanted` takes; null when there are none. */
export function timeShares(
  steps: StepColumns,
  from = 0,
  wanted: (row: number) => boolean = () => true,
): TimeShares | null {
  const sums = timeParts.map(() => 0);
  const columns = timeParts.map(({ column }) => steps[column]);
  let count = 0;
  for (let row = Math.max(0, from); row < steps.step.length; row++) {
    if (!wanted(row)) continue;
    count++;
    for (let i = 0; i < columns.length; i++) sums[i] += columns[i][row];
  }
  if (count === 0) return null;
  const total = sums.reduce((sum, each) => sum + each, 0);
  const parts = timeParts.map(({ name }, i) => ({
    name,
    seconds: sums[i] / count,
    share: total > 0 ? sums[i] / total : 0,
  }));
  return { steps: count, secondsPerStep: total / count, parts };
}
