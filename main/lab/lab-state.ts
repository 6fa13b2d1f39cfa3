import type { LabApi } from '../api.ts';
import type { DataTasks } from './data/data-tasks.ts';
import type { EngineTasks } from './engines/engine-tasks.ts';
import type { ModelTasks } from './models/model-tasks.ts';
import type { RunTasks } from './runs/run-tasks.ts';
import type { Uploads } from './runs/uploads.ts';
import type { Launcher } from '../processes/run/launcher.ts';
import type { Store } from '../runs/store/store.ts';
import type { LabLog } from './log.ts';
import type { LabPlayground } from './playground/playground.ts';
import type { LabServer } from './server/offload-server.ts';
import type { RunQueue } from './queue/queue.ts';
import type { LabSearches } from './search/searches.ts';
import type { PlanTimes } from './design/plan-times.ts';
import type { SettingsFile } from './settings/settings.ts';
import type { Summaries } from './runs/summaries.ts';
import type { Windows } from './window/windows.ts';

/** Procedures of the contract, which may answer at once: that makes a promise of it is who calls them. */
export type Procedures<Name extends keyof LabApi> = {
  readonly [N in Name]: (...given: Parameters<LabApi[N]>) => ReturnType<LabApi[N]> | Awaited<ReturnType<LabApi[N]>>;
};

/** What all windows of a lab share. */
export interface LabState {
  readonly home: string;
  readonly store: Store;
  readonly windows: Windows;
  readonly summaries: Summaries;
  readonly queue: RunQueue;
  readonly searches: LabSearches;
  readonly launcher: Launcher;
  readonly settings: SettingsFile;
  readonly server: LabServer;
  readonly playground: LabPlayground;
  readonly dataTasks: DataTasks;
  readonly engineTasks: EngineTasks;
  readonly modelTasks: ModelTasks;
  readonly runTasks: RunTasks;
  readonly uploads: Uploads;
  readonly planTimes: PlanTimes;
  readonly log: LabLog;
  /** To be called when runs were changed: windows learn of it at once, the queue looks after them. */
  changed(): void;
}
