import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LabApi, Notice } from '../api.ts';
import { sluiceHome } from '../home.ts';
import { localLauncher } from '../processes/run/launcher.ts';
import { isUnderWay, openStore } from '../runs/store/store.ts';
import { dataProcedures } from './data/data-procedures.ts';
import { openDataTasks } from './data/data-tasks.ts';
import { experimentProcedures } from './design/experiments.ts';
import { openPlanTimes } from './design/plan-times.ts';
import { planProcedures } from './design/plan-procedures.ts';
import { explainFullDisk } from './window/full-disk.ts';
import { checkInputs } from './window/inputs.ts';
import type { LabState, Procedures } from './lab-state.ts';
import { openLabLog, type LabLog } from './log.ts';
import { engineProcedures } from './engines/engine-procedures.ts';
import { openEngineTasks } from './engines/engine-tasks.ts';
import { modelProcedures } from './models/model-procedures.ts';
import { openModelTasks } from './models/model-tasks.ts';
import { machineProcedures } from './settings/machine.ts';
import { playgroundProcedures } from './playground/playground-procedures.ts';
import { openLabPlayground } from './playground/playground.ts';
import { openLabServer } from './server/offload-server.ts';
import { openQueue } from './queue/queue.ts';
import { openReader, type Reader } from './records/reader.ts';
import { recordProcedures } from './records/record-procedures.ts';
import { launchProcedures } from './runs/launch-procedures.ts';
import { reportProcedures } from './runs/report-procedures.ts';
import { runProcedures } from './runs/run-procedures.ts';
import { searchProcedures } from './search/search-procedures.ts';
import { openSearches } from './search/searches.ts';
import { openSettings } from './settings/settings.ts';
import { openRunTasks } from './runs/run-tasks.ts';
import { openSummaries } from './runs/summaries.ts';
import { openUploads } from './runs/uploads.ts';
import { openWebhook } from './runs/webhook.ts';
import { tailStore } from './runs/tail.ts';
import { browserProcedures } from './web/browser-procedures.ts';
import { openWindows, type LabWindow } from './window/windows.ts';

/** The lab of this user's home folder, for any number of windows. */
export interface Lab {
  readonly home: string;
  readonly log: LabLog;
  /** Connects a window, which is told what happens until it leaves. */
  connect(window: LabWindow): LabConnection;
  /** Runs that it is executing: they go on without it. */
  activeRuns(): string[];
  close(): Promise<void>;
}

export interface LabConnection {
  readonly api: Procedures<keyof LabApi>;
  leave(): void;
}

/** How often runs are looked after whose processes this lab did not start, or which died silently. */
const tendMs = 2000;

/** Opens the lab and goes on with its queue. It computes nothing itself: all that does is a process of its own. */
export function openLab(): Lab {
  const home = sluiceHome();
  mkdirSync(home, { recursive: true });
  const log = openLabLog(home);
  const windows = openWindows();
  const notify = (notice: Notice): void => windows.emit('notice', notice);
  const settings = openSettings(join(home, 'settings.json'), (text) => notify({ level: 'warning', text }));
  const store = openStore(home);
  const dead = new Set<string>();
  const summaries = openSummaries(store, dead);
  const launcher = localLauncher(home, store);
  const queue = openQueue({
    home,
    store,
    launcher,
    log,
    notify,
    dead,
    parallelRuns: () => settings.current.parallelRuns,
    onAlert: (alert) => windows.emit('alert', alert),
  });
  const searches = openSearches({ home, store, queue, parallelRuns: () => settings.current.parallelRuns, notify, log });
  const server = openLabServer({ home, onChange: (state) => windows.emit('server', state) });
  const playground = openLabPlayground({
    home,
    onChange: (state) => windows.emit('playground', state),
    onAnswer: (answer) => windows.emit('playgroundAnswer', answer),
  });
  const dataTasks = openDataTasks((task) => windows.emit('dataTask', task), log);
  const engineTasks = openEngineTasks((task) => windows.emit('engineTask', task), log);
  const modelTasks = openModelTasks((task) => windows.emit('modelTask', task), log);
  const runTasks = openRunTasks(home, (task) => windows.emit('runTask', task), log);
  const uploads = openUploads(home);
  const planTimes = openPlanTimes({
    home,
    log,
    onTask: (task) => windows.emit('planTask', task),
    onKnown: () => windows.emit('planTimes'),
  });
  const readers = new Map<LabWindow, Reader>();

  const tail = tailStore(store, () => {
    const { changed, deleted } = summaries.changes();
    if (changed.length > 0 || deleted.length > 0) windows.emit('runs', changed, deleted);
    for (const [window, reader] of readers) if (!window.busy()) reader.tell(summaries.isUnderWay);
  });
  const changed = (): void => {
    searches.tend();
    queue.tend();
    tail.poke();
  };
  const webhook = openWebhook({
    store,
    summary: (id) => summaries.one(id),
    address: () => settings.current.webhook,
    isOurs: () => queue.isOurs(),
    notify,
    log,
  });
  const heart = setInterval(() => {
    webhook.look();
    const needed =
      store.queue().length > 0 || searches.isActive() || store.marks().some(({ status }) => isUnderWay(status));
    if (needed) changed();
  }, tendMs);

  const lab: LabState = {
    home,
    store,
    windows,
    summaries,
    queue,
    searches,
    launcher,
    settings,
    server,
    playground,
    dataTasks,
    engineTasks,
    modelTasks,
    runTasks,
    uploads,
    planTimes,
    log,
    changed,
  };
  searches.tend();
  queue.tend();
  return {
    home,
    log,
    connect: (window) => {
      const reader = openReader(store, window.events);
      readers.set(window, reader);
      windows.add(window);
      tail.start();
      return {
        api: explainFullDisk(
          checkInputs({
            ...machineProcedures(lab, window.kind),
            ...browserProcedures(lab, window.browser),
            ...experimentProcedures(lab),
            ...planProcedures(lab),
            ...runProcedures(lab),
            ...reportProcedures(lab),
            ...launchProcedures(lab),
            ...searchProcedures(lab),
            ...recordProcedures(lab, reader),
            ...playgroundProcedures(lab),
            ...dataProcedures(lab),
            ...engineProcedures(lab),
            ...modelProcedures(lab),
          }),
          home,
        ),
        leave: () => {
          windows.remove(window);
          readers.delete(window);
          if (windows.count === 0) tail.stop();
        },
      };
    },
    activeRuns: () => queue.active(),
    close: async () => {
      clearInterval(heart);
      tail.stop();
      dataTasks.close();
      engineTasks.close();
      modelTasks.close();
      runTasks.close();
      uploads.close();
      planTimes.close();
      await Promise.all([server.stop(), playground.stop()]);
      searches.close();
      queue.close();
      store.close();
    },
  };
}
