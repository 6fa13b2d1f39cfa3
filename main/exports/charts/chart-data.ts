import {
  noSteps,
  type Parts,
  type RunData,
  type SourceView,
  type StepData,
  type TrainingData,
} from '../../charts/data.ts';
import { experimentFacts } from '../../charts/experiment-facts.ts';
import { trainingsOf } from '../../charts/trainings.ts';
import { SluiceError } from '../../errors.ts';
import { pairsOf } from '../../runs/experiment/planned.ts';
import { runNumber, type Run } from '../../runs/store/run.ts';
import type { StepColumns } from '../../records/record.ts';
import type { Store } from '../../runs/store/store.ts';

const pageSize = 20_000;

/** The trainings of runs with all their records. Throws `source-unknown`. */
export function readTrainings(
  store: Store,
  runs: readonly Run[],
  source: SourceView = 'all',
  parts: Parts = 'pairs',
): TrainingData[] {
  const lacking = runs.find(({ experiment: { sources } }) => typeof source === 'number' && source >= sources.count);
  if (lacking) {
    const { id, experiment } = lacking;
    const has = experiment.sources.count === 1 ? 'one data source' : `data sources 1 to ${experiment.sources.count}`;
    throw new SluiceError('source-unknown', `${id} has ${has}, not ${Number(source) + 1}.`, { path: 'source' });
  }
  return trainingsOf(
    runs.map((run) => runData(store, run, allSteps(store, run.id))),
    source,
    parts,
  );
}

/** A run as charts see it; unless its steps are given with none of these, as for what needs the ends of epochs alone. */
export function runData(store: Store, run: Run, steps: StepData = noSteps): RunData {
  const { id, name, seed } = run;
  return {
    id,
    name,
    seed,
    number: runNumber(run),
    ...experimentFacts(run.experiment),
    pairs: pairsOf(run.experiment),
    dropped: run.dropped.length,
    isFinished: run.status === 'finished',
    steps,
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
