import type { RunSummary } from '../../api.ts';
import { epochsOfRun, reachedOf } from '../../runs/experiment/epochs-of-run.ts';
import { trainingsOf } from '../../runs/experiment/planned.ts';
import type { RunResults } from '../../runs/store/result-tables.ts';
import { runNumber, type Run, type RunStatus } from '../../runs/store/run.ts';
import type { RunCommand } from '../../runs/store/run-table.ts';
import { isUnderWay, type Store } from '../../runs/store/store.ts';
import { followLive, type LiveRun } from './live-run.ts';

/** All runs as lists show them, kept so that looking again costs little. */
export interface Summaries {
  /** Oldest first. */
  all(): RunSummary[];
  one(id: string): RunSummary;
  /** What is new, other or gone since this was last asked. */
  changes(): { changed: RunSummary[]; deleted: string[] };
  isUnderWay(id: string): boolean;
}

interface Entry {
  readonly run: Run;
  readonly mark: string;
  readonly live: LiveRun | null;
  summary: RunSummary;
}

/** `dead` are runs that ended without being able to say so. */
export function openSummaries(store: Store, dead: ReadonlySet<string> = new Set()): Summaries {
  const entries = new Map<string, Entry>();
  const untold = new Set<string>();
  let deleted: string[] = [];
  let inQueue: ReadonlySet<string> = new Set();

  const isElsewhere = ({ id, status }: Pick<Run, 'id' | 'status'>): boolean => status === 'queued' && !inQueue.has(id);

  function summaryOf(run: Run, results: RunResults | undefined, live: LiveRun | null): RunSummary {
    return summarise(store, run, results, live, { dead: dead.has(run.id), elsewhere: isElsewhere(run) });
  }

  function load(run: Run, mark: string, results: RunResults | undefined): void {
    // A run that pauses or goes on keeps its measured speed.
    const live = isUnderWay(run.status) ? (entries.get(run.id)?.live ?? followLive(store, run)) : null;
    entries.set(run.id, { run, mark, live, summary: summaryOf(run, results, live) });
    untold.add(run.id);
  }

  function refresh(): void {
    inQueue = new Set(store.queue().map(({ id }) => id));
    const marks = store.marks().map((run) => {
      const { id, mark } = run;
      return { id, mark: `${mark} ${dead.has(id)} ${isElsewhere(run)}` };
    });
    const changed = marks.filter(({ id, mark }) => entries.get(id)?.mark !== mark);
    if (changed.length > 0) {
      const several = changed.length > 20;
      const runs = several ? new Map(store.list().map((run) => [run.id, run])) : null;
      const results = several ? store.results() : null;
      for (const { id, mark } of changed) {
        const run = runs ? runs.get(id) : store.get(id);
        if (run) load(run, mark, (results ?? store.results(id)).get(id));
      }
    }
    const there = new Set(marks.map(({ id }) => id));
    for (const id of entries.keys()) {
      if (there.has(id)) continue;
      entries.delete(id);
      untold.delete(id);
      deleted.push(id);
    }
    for (const entry of entries.values()) {
      const { live, run } = entry;
      if (!live?.advance(run.status === 'paused')) continue;
      entry.summary = summaryOf(run, store.results(run.id).get(run.id), live);
      untold.add(run.id);
    }
  }

  return {
    all: () => {
      refresh();
      return [...entries.values()].map(({ summary }) => summary).sort((a, b) => a.number - b.number);
    },
    one: (id) => {
      refresh();
      return entries.get(id)?.summary ?? summaryOf(store.get(id), undefined, null);
    },
    changes: () => {
      refresh();
      const changed = [...untold].flatMap((id) => entries.get(id)?.summary ?? []);
      const gone = deleted;
      untold.clear();
      deleted = [];
      return { changed, deleted: gone };
    },
    isUnderWay: (id) => isUnderWay(entries.get(id)?.run.status ?? 'finished'),
  };
}

/** One that is to go on waits for its turn, and one that is not to begin yet is paused. */
function asWanted(status: RunStatus, wanted: RunCommand): RunStatus {
  if (status === 'paused' && wanted === 'turn') return 'queued';
  return status === 'queued' && wanted === 'pause' ? 'paused' : status;
}

function summarise(
  store: Store,
  run: Run,
  results: RunResults | undefined,
  live: LiveRun | null,
  { dead, elsewhere }: { readonly dead: boolean; readonly elsewhere: boolean },
): RunSummary {
  const { id, name, seed, group, project, archived, engine, serverEngine, error, experiment } = run;
  const status = dead ? 'interrupted' : asWanted(run.status, store.wanted(id));
  // All steps of a finished run belong to a finished epoch, so they need not be added up.
  const { bytesUp, bytesDown } = live ?? (status === 'finished' && results ? results : store.stepTotals(id));
  return {
    id,
    number: runNumber(run),
    name,
    seed,
    group,
    project,
    archived,
    status,
    engine,
    serverEngine,
    error,
    halted: status === 'stopped' && store.wanted(id) !== 'stop' && store.halt(id) !== null,
    dropped: run.dropped.length,
    // A launch of many runs has its notes once for each, and lists show none.
    experiment: { ...experiment, notes: '' },
    method: experiment.method,
    model: experiment.model.name,
    dataset: experiment.dataset.name,
    budgets: trainingsOf(experiment)
      .flat()
      .map(({ budget }) => budget),
    createdAt: run.createdAt.getTime(),
    startedAt: run.startedAt?.getTime() ?? null,
    endedAt: run.endedAt?.getTime() ?? null,
    tags: store.annotations(id).tags,
    epochsDone: results?.epochs ?? 0,
    epochsTotal: live?.progress?.runEpochs ?? epochsTotal(store, run, status),
    lastAccuracy: results?.lastAccuracy ?? null,
    bestAccuracy: results?.bests.at(-1)?.accuracy ?? null,
    bests: results?.bests ?? [],
    bytesUp,
    bytesDown,
    samplesPerSecond: results?.samplesPerSecond ?? null,
    trainingSeconds: results?.trainingSeconds ?? null,
    evaluationSeconds: results?.evaluationSeconds ?? null,
    distanceCorrelation: results?.distanceCorrelation ?? null,
    progress: live?.progress ?? null,
    elsewhere,
  };
}

/** Without those that phases have left out which ended early. */
function epochsTotal(store: Store, { id, experiment }: Run, status: RunStatus): number {
  return epochsOfRun(experiment, reachedOf(experiment.stop ? store.epochs(id) : [], status === 'finished'));
}
