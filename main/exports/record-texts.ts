import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { exportCsv, exportJson, type RecordKind } from './tables/export.ts';

/** One kind of records; for CSV the epochs unless given, for JSON all. */
interface What {
  readonly what?: RecordKind | undefined;
  /** Whether CSV keeps spreadsheets from running texts as formulas; it does unless false. */
  readonly neutralise?: boolean | undefined;
}

/** The records of all runs under one header. */
function* csvOf(store: Store, runs: readonly Run[], { what = 'epochs', neutralise }: What): Generator<string> {
  for (const [i, run] of runs.entries()) {
    const lines = exportCsv(store, run, what, neutralise);
    if (i > 0) lines.next();
    yield* lines;
  }
}

/** The document of a run, or a list of those of several. */
function* jsonOf(store: Store, runs: readonly Run[], { what }: What): Generator<string> {
  const kinds = what && [what];
  if (runs.length === 1) {
    yield* exportJson(store, runs[0], kinds);
    return;
  }
  for (const [i, run] of runs.entries()) {
    yield i === 0 ? '[' : ',\n';
    yield [...exportJson(store, run, kinds)].join('').trimEnd();
  }
  yield ']\n';
}

/** The formats that are text of records, made piece by piece; light to load, as a terminal takes them at once. */
export const recordTexts = { csv: csvOf, json: jsonOf } as const;
