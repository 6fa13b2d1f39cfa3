import type { StepColumns } from '../../../main/api.ts';
import { timeParts } from '../../../main/charts/drawable/step-time.ts';
import { sumByPhase, type PhaseTotals } from '../../stores/phase-totals.ts';

/** Where the time of steps went: seconds a step on average, and shares of the whole. */
export interface TimeShares {
  readonly steps: number;
  readonly secondsPerStep: number;
  /** In the order of the chart. */
  readonly parts: readonly { readonly name: string; readonly seconds: number; readonly share: number }[];
}

/** Of all these steps together; null when there are none. */
export function timeShares(totals: readonly PhaseTotals[]): TimeShares | null {
  const steps = totals.reduce((sum, each) => sum + each.steps, 0);
  if (steps === 0) return null;
  const seconds = timeParts.map(({ column }) => totals.reduce((sum, each) => sum + each[column], 0));
  const all = seconds.reduce((sum, each) => sum + each, 0);
  const parts = timeParts.map(({ name }, i) => ({
    name,
    seconds: seconds[i] / steps,
    share: all > 0 ? seconds[i] / all : 0,
  }));
  return { steps, secondsPerStep: all / steps, parts };
}

/** Totals of the last so many rows. */
export function recentTotals(steps: StepColumns, count: number): readonly PhaseTotals[] {
  const sums = sumByPhase();
  const recent = Object.entries(steps).map(([name, values]) => [name, values.subarray(-count)]);
  sums.add(Object.fromEntries(recent) as StepColumns);
  return sums.totals;
}
