import type { RunData, SourceView, TrainingData } from '../../charts/data.ts';
import { settingsKey } from '../../charts/differing.ts';
import { testSet } from '../../charts/test-sets.ts';
import { trainingsOf } from '../../charts/trainings.ts';
import { SluiceError } from '../../errors.ts';
import { budgetsOf } from '../tables/curves.ts';
import { runNumber, type Run } from '../../runs/store/run.ts';
import type { StepColumns } from '../../records/record.ts';
import type { Store } from '../../runs/store/store.ts';

const pageSize = 20_000;

/** The trainings of runs with all their records. Throws `source-unknown`. */
export function readTrainings(store: Store, runs: readonly Run[], source: SourceView = 'all'): TrainingData[] {
  const lacking = runs.find(({ experiment: { sources } }) => typeof source === 'number' && source >= sources.count);
  if (lacking) {
    const { id, experiment } = lacking;
    const has = experiment.sources.count === 1 ? 'one data source' : `data sources 1 to ${experiment.sources.count}`;
    throw new SluiceError('source-unknown', `${id} has ${has}, not ${Number(source) + 1}.`, { path: 'source' });
  }
  return trainingsOf(
    runs.map((run) => runData(store, run)),
    source,
  );
}

/** All records of a run, as charts are made from them. */
function runData(store: Store, run: Run): RunData {
  const { id, name, seed } = run;
  return {
    id,
    name,
    seed,
    number: runNumber(run),
    settings: settingsKey(run.experiment),
    testSet: testSet(run.experiment),
    trainingBudgets: budgetsOf(run),
    sources: run.experiment.sources.count,
    dropped: run.dropped.length,
    isFinished: run.status === 'finished',
    steps: allSteps(store, id),
    epochs: store.epochs(id),
  };
}

function allSteps(store: Store, run: string): StepColumns {
  const pages: StepColumns[] = [];
  for (let row = 0, more = true; more;) {
    const page = store.stepColumns(run, row, pageSize);
    pages.push(page.columns);
    ({ row, more } = page);
  }
  const names = Object.keys(pages[0]) as (keyof StepColumns)[];
  return Object.fromEntries(names.map((name) => [name, joined(pages.map((page) => page[name]))])) as StepColumns;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
