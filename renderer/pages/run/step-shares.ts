import type { StepColumns } from '../../../main/api.ts';
import { timeParts } from '../../../main/records/columns.ts';
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

/** Totals of the last so many steps of each of so many sources. */
export function recentTotals(steps: StepColumns, count: number, sources: number): readonly PhaseTotals[] {
  const rows = recentRows(steps.source, count, sources);
  const recent = Object.entries(steps).map(([name, values]) => [name, Float64Array.from(rows, (row) => values[row])]);
  const sums = sumByPhase();
  sums.add(Object.fromEntries(recent) as StepColumns);
  return sums.totals;
}

/** From the end back, until every source has its steps. */
function recentRows(source: Float64Array, count: number, sources: number): number[] {
  const taken = new Map<number, number>();
  const rows: number[] = [];
  for (let row = source.length - 1, left = sources; row >= 0 && left > 0; row--) {
    const before = taken.get(source[row]) ?? 0;
    if (before === count) continue;
    taken.set(source[row], before + 1);
    rows.push(row);
    if (before + 1 === count) left--;
  }
  return rows;
}
