import { formatBudget } from '../../charts/formats.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { curvesOf, type Curve } from '../tables/curves.ts';

/** What came of a training: accuracies are shares of one, sizes bytes, times seconds. */
interface Outcome {
  readonly epochs: number;
  readonly testAccuracy: number | null;
  readonly bestTestAccuracy: number | null;
  readonly testLoss: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly seconds: number;
  /** What one sample sends when the pair is used; null before there is one. */
  readonly bytesPerSample: number | null;
}

/** What came of a run: of what led to its pair, or to each of its pairs, by their budgets. */
export type Summary = { readonly status: string } & (Outcome | { readonly budgets: Readonly<Record<string, Outcome>> });

/** Accuracies at one budget are never taken for those at another, and each has epochs and bytes of its own. */
export function summaryOf(store: Store, run: Run): Summary {
  const { status } = run;
  const curves = curvesOf(store, [run]);
  if (curves.length === 1) return { status, ...outcomeOf(curves[0]) };
  const named = curves.map((curve) => [formatBudget(curve.training.budget), outcomeOf(curve)] as const);
  return { status, budgets: Object.fromEntries(named) };
}

function outcomeOf({ training: { epochs }, pair }: Curve): Outcome {
  const last = epochs.at(-1);
  const accuracies = epochs.flatMap(({ testAccuracy }) => finite(testAccuracy) ?? []);
  return {
    epochs: epochs.length,
    testAccuracy: finite(last?.testAccuracy),
    bestTestAccuracy: accuracies.length > 0 ? Math.max(...accuracies) : null,
    testLoss: finite(last?.testLoss),
    bytesUp: last?.bytesUp ?? 0,
    bytesDown: last?.bytesDown ?? 0,
    seconds: finite(last?.seconds) ?? 0,
    bytesPerSample: finite(pair?.bytesPerSample),
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
