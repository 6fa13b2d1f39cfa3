import type { LetInBrowser } from './api/browsers.ts';
import type { DataTask, ImportRequest, Sample } from './api/data.ts';
import type { Examination, JsonSchema, MethodEntry, PresetEntry } from './api/experiments.ts';
import type { ChartExport, ExportedFile, RunExport, RunSending } from './api/exports.ts';
import type { ModelTask, SetExport, SetImport, SetOfRun, SetTimes } from './api/models.ts';
import type { PlanTable, PlanTask, PlanWish } from './api/planning.ts';
import type { EpochBatch, GateHistory, LogPage, StepBatch } from './api/records.ts';
import type { SavedReport } from './runs/store/report-table.ts';
import type { ComparedRun, RunChanges, RunDetail, RunImport, RunSummary, RunTask, StrayFolder } from './api/runs.ts';
import type { PlaygroundAnswer, PlaygroundOptions, PlaygroundSettings, PlaygroundState } from './api/playground.ts';
import type { ServerAccess, ServerOptions, ServerState } from './api/server.ts';
import type { Settings } from './api/settings.ts';
import type { SearchEntry, SearchOutcome, SearchPlan } from './api/searches.ts';
import type { LaunchCommand, LaunchOutcome } from './api/sweeps.ts';
import type { DatasetEntry } from './data/datasets.ts';
import type { EngineInstall, EngineTask } from './api/engines.ts';
import type { EngineStatus } from './engine/status.ts';
import type { LayerDescription } from './model/layer-cost.ts';
import type { Shape } from './model/spec.ts';
import type { Experiment, ExperimentInput } from './runs/experiment/experiment.ts';
import type { PlannedPhase } from './runs/experiment/plan-traffic.ts';
import type { RunStatus } from './runs/store/run.ts';
import type { MethodName } from './training/methods/table.ts';
import type { Budget } from './records/column.ts';
import type { EpochRecord, PairRecord, StepColumn, StepColumns } from './records/record.ts';
import type { SetEntry } from './sets/home.ts';

/**
 * The one contract between the lab and its window: types of procedures and events, nothing that runs. Everything in it
 * survives structured clone and the binary codec of the socket; times are milliseconds since 1970 unless called
 * seconds, sizes are bytes.
 */

export type {
  Budget,
  DatasetEntry,
  EngineStatus,
  EpochRecord,
  Experiment,
  ExperimentInput,
  LayerDescription,
  MethodName,
  PairRecord,
  PlannedPhase,
  RunStatus,
  SavedReport,
  Shape,
  StepColumn,
  StepColumns,
};
export type * from './api/browsers.ts';
export type * from './api/data.ts';
export type * from './api/desktop.ts';
export type * from './api/engines.ts';
export type * from './api/experiments.ts';
export type * from './api/exports.ts';
export type * from './api/playground.ts';
export type * from './api/models.ts';
export type * from './api/planning.ts';
export type * from './api/records.ts';
export type * from './api/runs.ts';
export type * from './api/server.ts';
export type * from './api/settings.ts';
export type * from './api/searches.ts';
export type * from './api/sweeps.ts';

/** What a window asks of the lab. Every procedure may reject with a LabError. */
export interface LabApi {
  /** The first call: who is there. A window of another protocol version has to be reloaded. */
  hello(): Promise<LabInfo>;

  presets(): Promise<PresetEntry[]>;
  /** The experiments of a preset with all defaults filled in, to launch or to start designing from. */
  preset(name: string, small: boolean): Promise<Experiment[]>;
  /** The training methods in the order to offer them; the first is the one that holds unless another is named. */
  methods(): Promise<MethodEntry[]>;
  /** Checks an experiment as it is being designed and works out what it means. Never rejects for what is in it. */
  examine(input: ExperimentInput): Promise<Examination>;
  /**
   * What every cut, budget and codec of an experiment would cost on this machine, and the best of them. Null while its layers
   * were not timed, and at first, while the lab looks whether they were: `planTimes` tells when to ask again.
   */
  planChoices(input: ExperimentInput, wish: PlanWish): Promise<PlanTable | null>;
  /** Begins to time the layers of an experiment's network; progress and end come as `planTask` events. */
  timeLayers(input: ExperimentInput): Promise<PlanTask>;
  cancelPlanTask(id: number): Promise<void>;
  planTasks(): Promise<PlanTask[]>;
  /** JSON Schema of an experiment: the help, defaults and limits of every field. */
  experimentSchema(): Promise<JsonSchema>;
  /**
   * Queues experiments (one run for each combination of their sweeps and each of their seeds) under one name; they start as soon as there is room. They train
   * with the offload server elsewhere if one is given: as with `resume` it is tried first, and nothing is queued if
   * something is wrong with it.
   */
  launch(experiments: ExperimentInput[], name: string, server?: ServerAccess): Promise<RunSummary[]>;

  /** What runs of one group differ in, and how much that matters. */
  launched(group: string): Promise<LaunchOutcome>;
  /** Asks all runs of a group that it can be asked of. One that needs an offload server elsewhere is not resumed. */
  controlLaunch(group: string, command: LaunchCommand): Promise<void>;

  /** What a search would do, before anything of it is trained. Throws `bad-experiment` for one that cannot be. */
  planSearch(experiment: ExperimentInput): Promise<SearchPlan>;
  /** Begins a search; its runs start as soon as there is room. Returns its id. */
  startSearch(experiment: ExperimentInput, name: string): Promise<string>;
  /** Newest first. */
  searches(): Promise<SearchEntry[]>;
  /** Throws `search-unknown`. */
  search(id: string): Promise<SearchOutcome>;
  /** Pauses a search with its runs, or has the lab go on with it. Throws `search-busy` while a terminal executes it. */
  controlSearch(id: string, command: 'pause' | 'proceed'): Promise<void>;
  /** Forgets a search; its runs stay, and end where they are. */
  deleteSearch(id: string): Promise<void>;

  runs(): Promise<RunSummary[]>;
  run(id: string): Promise<RunDetail>;
  /** Runs to be compared, many at once and without their steps; those that are not there are left out. */
  compared(ids: string[]): Promise<ComparedRun[]>;
  pause(id: string): Promise<void>;
  /** Lets a paused run go on when there is room for it. */
  proceed(id: string): Promise<void>;
  /** Ends a run after a last checkpoint. */
  stop(id: string): Promise<void>;
  /**
   * Queues a run again that ended before its time, with the offload server elsewhere if one is given: it is tried first,
   * and what is wrong with it names the field. The token is kept in memory alone.
   */
  resume(id: string, server?: ServerAccess): Promise<void>;
  delete(ids: string[]): Promise<void>;
  annotate(id: string, changes: RunChanges): Promise<void>;

  /** Folders among the runs that the list does not know. */
  strayFolders(): Promise<StrayFolder[]>;
  /** Puts the run of such a folder back into the list, with all that the folder holds. */
  adopt(folder: string): Promise<void>;

  /** Begins to bring runs in; progress and end come as `runTask` events, exports too. */
  importRuns(request: RunImport): Promise<RunTask>;
  /** Hands an archive over piece by piece: the first with null, the others with what the first resolved to. */
  uploadPart(id: string | null, name: string, data: Uint8Array): Promise<string>;
  /** Ends an import or an export, or takes it out of those that wait; its caller is rejected with `cancelled`. */
  cancelRunTask(id: number): Promise<void>;
  runTasks(): Promise<RunTask[]>;

  /** Steps from a row on, in pieces: ask again with the row of the answer until `more` is false. Row 0 is the start. */
  steps(id: string, row: number): Promise<StepBatch>;
  epochs(id: string): Promise<EpochBatch>;
  /** The gate of a training as kept, for at most so many moments evenly over its steps. */
  gates(id: string, training: number, moments: number): Promise<GateHistory>;
  /** Lines of a run's log from a line number on. */
  log(id: string, from: number): Promise<LogPage>;
  /** Sends the events `steps`, `epochs` and `log` of these runs, and of no others, from now on. */
  watch(ids: string[]): Promise<void>;

  exportChart(request: ChartExport): Promise<ExportedFile>;
  exportRuns(request: RunExport): Promise<ExportedFile>;
  /** Puts runs on an MLflow server; resolves to what came of it, a line each, progress comes as `runTask` events. */
  sendRuns(request: RunSending): Promise<string[]>;

  /** Reports that are kept in the lab, by name. */
  reports(): Promise<SavedReport[]>;
  /** Keeps a report, in the place of one of the same name. */
  saveReport(report: SavedReport): Promise<void>;
  deleteReport(name: string): Promise<void>;

  server(): Promise<ServerState>;
  startServer(options: ServerOptions): Promise<ServerState>;
  stopServer(): Promise<ServerState>;

  playground(): Promise<PlaygroundState>;
  /** Serves a model set here and plays it a data set over an emulated link; answers come as events. */
  startPlayground(options: PlaygroundOptions): Promise<PlaygroundState>;
  /** At once: the link for what is sent from now on, the target for the next choice. */
  changePlayground(settings: PlaygroundSettings): Promise<PlaygroundState>;
  stopPlayground(): Promise<PlaygroundState>;

  datasets(): Promise<DatasetEntry[]>;
  /** A few training images of a data set as PNG, with their classes. */
  samples(dataset: string, count: number): Promise<Sample[]>;
  /** Begins a download or an import; its progress and end come as `dataTask` events. */
  getDataset(name: string): Promise<DataTask>;
  importDataset(request: ImportRequest): Promise<DataTask>;
  cancelDataTask(id: number): Promise<void>;
  dataTasks(): Promise<DataTask[]>;
  removeDataset(name: string): Promise<void>;

  /** Those that are damaged, or of a later version, are listed with what is wrong with them. */
  modelSets(): Promise<SetEntry[]>;
  /** Null while the layers of the set's network were not timed here; `planTimes` tells when to ask again. */
  modelTimes(set: string): Promise<SetTimes | null>;
  /** Begins to time them; progress and end come as `planTask` events. */
  timeModelSet(set: string): Promise<PlanTask>;
  /** Begins to make a set of a run's pairs, or to bring one in; progress and end come as `modelTask` events. */
  addModelSet(request: SetOfRun): Promise<ModelTask>;
  importModelSet(request: SetImport): Promise<ModelTask>;
  /** Resolves once it is packed; how far that is comes as `modelTask` events. */
  exportModelSet(request: SetExport): Promise<ExportedFile>;
  cancelModelTask(id: number): Promise<void>;
  modelTasks(): Promise<ModelTask[]>;
  removeModelSet(name: string): Promise<void>;

  /** What keeps the lab from looking after its runs, such as a full disk; null while nothing does. */
  alert(): Promise<string | null>;
  /** Tries every engine, best first. */
  engines(): Promise<EngineStatus[]>;
  /** Begins to install an engine; progress and end come as `engineTask` events. One that is installed is replaced. */
  installEngine(request: EngineInstall): Promise<EngineTask>;
  cancelEngineTask(id: number): Promise<void>;
  engineTasks(): Promise<EngineTask[]>;
  removeEngine(name: string): Promise<void>;
  /** The browsers that were let in to this lab, the last used first. */
  browsers(): Promise<LetInBrowser[]>;
  /** Closes its windows and ends its session; a new link lets it in again. */
  shutOutBrowser(id: string): Promise<void>;

  settings(): Promise<Settings>;
  changeSettings(changes: Partial<Settings>): Promise<Settings>;
}

/** What the lab tells its windows of its own accord: metrics at most ten times a second for a run. */
export interface LabEvents {
  /** Runs that are new or have changed, and ids of those deleted. */
  runs(changed: RunSummary[], deleted: string[]): void;
  steps(id: string, batch: StepBatch): void;
  epochs(id: string, batch: EpochBatch): void;
  log(id: string, page: LogPage): void;
  server(state: ServerState): void;
  playground(state: PlaygroundState): void;
  playgroundAnswer(answer: PlaygroundAnswer): void;
  dataTask(task: DataTask): void;
  engineTask(task: EngineTask): void;
  modelTask(task: ModelTask): void;
  runTask(task: RunTask): void;
  planTask(task: PlanTask): void;
  /** Times of layers are known that were not: predictions may be others. */
  planTimes(): void;
  settings(settings: Settings): void;
  alert(text: string | null): void;
  /** Something the user should know that answers no call. */
  notice(notice: Notice): void;
}

/** How errors cross: `code` is stable, `path` names the field at fault. */
export interface LabError {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
}

export interface LabInfo {
  readonly protocol: number;
  readonly version: string;
  /** Whether the window is the desktop app's or a browser's. */
  readonly host: 'desktop' | 'browser';
  readonly home: string;
  readonly machine: { readonly cores: number; readonly processor: string; readonly memory: number };
}

export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** The run it is about. */
  readonly run?: string;
}
