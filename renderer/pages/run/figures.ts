import type { Plan, RunSummary } from '../../../main/api.ts';
import type { PhaseTotals } from '../../stores/phase-totals.ts';
import type { StepLog } from '../../stores/step-log.ts';
import { planProgress } from './progress.ts';

/** The figures at the head of a run's page; null is what is not known yet. */
export interface KeyFigures {
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes so far as a multiple of what the plan has for the same steps. */
  readonly ofPlan: number | null;
  /** How many times the bytes would have been at full budget over the same steps. */
  readonly lessThanFull: number | null;
  /** Payload of the newest step, both directions. */
  readonly stepBytes: number | null;
  /** What frames added to the payload, as a share of it; 0 where client and server share a process. */
  readonly framing: number | null;
}

export function keyFigures(
  { bytesUp, bytesDown }: Pick<RunSummary, 'bytesUp' | 'bytesDown'>,
  plan: Plan | null,
  { columns, totals }: Pick<StepLog, 'columns' | 'totals'>,
): KeyFigures {
  const last = columns.step.length - 1;
  const sum = (value: (each: PhaseTotals) => number): number => totals.reduce((all, each) => all + value(each), 0);
  const [up, down] = [sum((each) => each.bytesUp), sum((each) => each.bytesDown)];
  const payload = up + down;
  const wire = sum(({ wireUp, wireDown }) => wireUp + wireDown);
  // Steps and summary come by different events: ratios are taken of one and the same steps.
  const planned = plan ? planProgress(plan, totals) : null;
  return {
    ...(bytesUp + bytesDown > payload ? { bytesUp, bytesDown } : { bytesUp: up, bytesDown: down }),
    ofPlan: planned ? ratio(payload, planned.bytes) : null,
    lessThanFull: planned ? ratio(planned.fullBudgetBytes, payload) : null,
    stepBytes: last < 0 ? null : columns.bytesUp[last] + columns.bytesDown[last],
    framing: payload > 0 ? Math.max(0, wire / payload - 1) : null,
  };
}

function ratio(part: number, whole: number): number | null {
  return part > 0 && whole > 0 ? part / whole : null;
}
