import { basename } from 'node:path';
import type { ComparedRun, RunDetail, ServerAccess, StrayFolder } from '../../api.ts';
import { infoHere } from '../../data/datasets.ts';
import { requireThere } from '../../data/gather.ts';
import { inputFacts } from '../../data/input.ts';
import { hasCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import { adoptRun, findOrphan, orphans, refusal, type Orphan } from '../../runs/life/adopt.ts';
import { planLeft, reachedOf } from '../../runs/experiment/epochs-of-run.ts';
import { frontierFacts } from '../../runs/experiment/frontier-facts.ts';
import { pairsOf } from '../../runs/experiment/planned.ts';
import { continueRun, pauseRun, resumeRun } from '../../runs/life/lifecycle.ts';
import { runNumber } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { notePlace, placeOf, serverMissing } from '../../processes/run/place.ts';
import { deleteRuns } from './delete-runs.ts';
import { examine } from '../design/examine.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import { tryServer } from '../server/try-server.ts';
import { wholePath } from '../whole-path.ts';
import { methodNamed, trainingFacts } from '../../training/methods/table.ts';

type Names =
  | 'runs'
  | 'run'
  | 'compared'
  | Control
  | 'resume'
  | 'delete'
  | 'annotate'
  | 'strayFolders'
  | 'adopt'
  | 'importRuns'
  | 'uploadPart'
  | 'cancelRunTask'
  | 'runTasks'
  | 'exportChart'
  | 'exportRuns'
  | 'sendRuns';
type Control = 'pause' | 'proceed' | 'stop';

/** Procedures about runs as a whole. */
export function runProcedures(lab: LabState): Procedures<Names> {
  const { store, summaries, launcher, runTasks, uploads, changed } = lab;
  const asking =
    (ask: (store: Store, id: string) => unknown) =>
    (id: string): void => {
      ask(store, store.get(id).id);
      changed();
    };
  return {
    runs: () => summaries.all(),
    run: (id) => detail(lab, id),
    compared: (ids) => compared(lab, ids),
    pause: asking(pauseRun),
    proceed: asking(continueInTurn),
    stop: asking((_, id) => launcher.cancel(id)),
    resume: (id, server) => resume(lab, id, server ?? null),
    delete: async (ids) => {
      try {
        await deleteRuns(store, launcher, ids);
      } finally {
        changed();
      }
    },
    annotate: (id, changes) => {
      store.annotate(store.get(id).id, changes);
      changed();
    },
    strayFolders: () => orphans(store).map(strayFolder),
    adopt: async (folder) => {
      await adoptRun(store, findOrphan(orphans(store), folder));
      changed();
    },
    importRuns: async (request) => {
      if ('upload' in request) {
        const { upload, name } = request;
        return runTasks.import(uploads.path(upload), name, () => {
          uploads.drop(upload);
          changed();
        });
      }
      const path = wholePath(request.path, 'path');
      await requireThere(path);
      return runTasks.import(path, basename(path), changed);
    },
    uploadPart: (id, name, data) => uploads.add(id, name, data),
    cancelRunTask: (id) => runTasks.cancel(id),
    runTasks: () => runTasks.all(),
    exportChart: (request) => runTasks.exportChart(request),
    exportRuns: (request) => runTasks.exportRuns(request),
    sendRuns: (request) => runTasks.sendRuns(request),
  };
}

/** The queue lets only so many train at once; a run of a terminal is none of its business. */
function continueInTurn(store: Store, id: string): void {
  const isQueued = store.queue().some((queued) => queued.id === id);
  continueRun(store, id, isQueued ? 'turn' : 'run');
}

function strayFolder({ folder, file, reason }: Orphan): StrayFolder {
  return {
    folder: basename(folder),
    name: file?.name ?? null,
    createdAt: file && Date.parse(file.createdAt),
    refused: reason === null ? null : refusal({ folder, reason }),
  };
}

/** With a server that answers as it should, or one of the run's own where none elsewhere is needed. */
async function resume({ store, queue, changed }: LabState, id: string, server: ServerAccess | null): Promise<void> {
  const { experiment } = store.get(id);
  const folder = store.folder(id);
  const place = placeOf(folder);
  if (server) await tryServer(server, [experiment]);
  else if (place && (await hasCheckpoint(folder))) throw serverMissing(id, place);
  queue.useServer(id, server);
  resumeRun(store, id);
  notePlace(folder, server);
  store.enqueue(id);
  changed();
}

function compared({ store }: LabState, ids: readonly string[]): ComparedRun[] {
  const there = new Map(store.list().map((run) => [run.id, run]));
  const runs = ids.flatMap((id) => there.get(id) ?? []);
  const datasets = new Set(runs.map(({ experiment }) => experiment.dataset.name));
  const infos = new Map([...datasets].map((name) => [name, infoHere(name)]));
  return runs.map((run) => {
    const { id, name, seed, status, dropped, experiment } = run;
    return {
      id,
      name,
      number: runNumber(run),
      seed,
      status,
      dropped: dropped.length,
      experiment,
      pairs: pairsOf(experiment),
      classes: infos.get(experiment.dataset.name)?.classes.length ?? null,
      epochs: store.epochs(id),
      frontier: frontierFacts(id, experiment, infos.get(experiment.dataset.name) ?? null),
    };
  });
}

async function detail({ store, summaries, planTimes }: LabState, id: string): Promise<RunDetail> {
  const { experiment, origin, status } = store.get(id);
  const { design } = examine(experiment, store, planTimes);
  const folder = store.folder(id);
  const place = placeOf(folder);
  return {
    ...summaries.one(id),
    experiment,
    notes: store.annotations(id).notes,
    folder,
    plan: design && planLeft(design.plan, experiment, reachedOf(store.epochs(id), status === 'finished')),
    pairs: pairsOf(experiment),
    makesSet: trainingFacts(methodNamed(experiment.method)).makesSet,
    classes: inputFacts(experiment.dataset.name)?.classes.length ?? null,
    sent: design?.sent ?? null,
    origin,
    server: place && { ...place, needed: await hasCheckpoint(folder) },
  };
}
