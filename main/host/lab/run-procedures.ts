import type { RunDetail } from '../../api.ts';
import { continueRun, pauseRun, resumeRun, stopRun } from '../../runs/lifecycle.ts';
import type { Store } from '../../runs/store.ts';
import { deleteRuns } from './delete-runs.ts';
import { examine } from './examine.ts';
import type { LabState, Procedures } from './lab-state.ts';
import { runTask } from './task/run-task.ts';

type Names = 'runs' | 'run' | Wish | 'resume' | 'delete' | 'annotate' | 'exportChart' | 'exportRuns';
type Wish = 'pause' | 'proceed' | 'stop';

/** Procedures about runs as a whole. */
export function runProcedures(lab: LabState): Procedures<Names> {
  const { store, summaries, changed } = lab;
  const asking =
    (ask: (store: Store, id: string) => unknown) =>
    (id: string): void => {
      ask(store, store.get(id).id);
      changed();
    };
  return {
    runs: () => summaries.all(),
    run: (id) => detail(lab, id),
    pause: asking(pauseRun),
    proceed: asking(continueInTurn),
    stop: asking(stopRun),
    resume: (id) => {
      resumeRun(store, store.get(id).id);
      store.enqueue(id);
      changed();
    },
    delete: async (ids) => {
      try {
        await deleteRuns(store, ids);
      } finally {
        changed();
      }
    },
    annotate: (id, changes) => {
      store.annotate(store.get(id).id, changes);
      changed();
    },
    exportChart: (request) => runTask('exportChart', request),
    exportRuns: (request) => runTask('exportRuns', request),
  };
}

/** The queue lets only so many train at once; a run of a terminal is none of its business. */
function continueInTurn(store: Store, id: string): void {
  const isQueued = store.queue().some((queued) => queued.id === id);
  continueRun(store, id, isQueued ? 'turn' : 'run');
}

function detail({ store, summaries }: LabState, id: string): RunDetail {
  const { experiment } = store.get(id);
  const { design } = examine(experiment, store);
  return {
    ...summaries.one(id),
    experiment,
    notes: store.annotations(id).notes,
    folder: store.folder(id),
    plan: design?.plan ?? null,
    sent: design?.sent ?? null,
  };
}
