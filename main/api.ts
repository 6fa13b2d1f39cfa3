import type { Looks } from './charts/looks.ts';
import type { Range } from './charts/sample.ts';
import type { ChartSpec, PaperSpec } from './charts/spec.ts';
import type { DatasetEntry } from './data/datasets.ts';
import type { DataProgress } from './data/progress.ts';
import type { EngineReport } from './engine/engine.ts';
import type { LayerDescription } from './model/layer-cost.ts';
import type { Shape } from './model/spec.ts';
import type { CutTraffic } from './model/traffic.ts';
import type { Experiment, ExperimentInput, Method } from './runs/experiment.ts';
import type { PlannedPhase, PlannedTraffic } from './runs/plan-traffic.ts';
import type { RunStatus } from './runs/run.ts';
import type { Budget, EpochRecord, PairRecord } from './training/records.ts';

/**
 * The one contract between the lab and its window: types of procedures and events, nothing that runs. Everything in it
 * survives structured clone and the binary codec of the socket; times are milliseconds since 1970 unless called
 * seconds, sizes are bytes.
 */

export type {
  Budget,
  CutTraffic,
  DataProgress,
  DatasetEntry,
  EngineReport,
  EpochRecord,
  Experiment,
  ExperimentInput,
  LayerDescription,
  Method,
  PairRecord,
  PlannedPhase,
  RunStatus,
  Shape,
};

/** What a window asks of the lab. Every procedure may reject with a LabError. */
export interface LabApi {
  /** The first call: who is there. A window of another protocol version has to be reloaded. */
  hello(): Promise<LabInfo>;

  presets(): Promise<PresetEntry[]>;
  /** The experiments of a preset with all defaults filled in, to launch or to start designing from. */
  preset(name: string, small: boolean): Promise<Experiment[]>;
  /** Checks an experiment as it is being designed and works out what it means. Never rejects for what is in it. */
  examine(input: ExperimentInput): Promise<Examination>;
  /** JSON Schema of an experiment: the help, defaults and limits of every field. */
  experimentSchema(): Promise<JsonSchema>;
  /** Queues experiments (one run for each of their seeds) under one name; they start as soon as there is room. */
  launch(experiments: ExperimentInput[], name: string): Promise<RunSummary[]>;

  runs(): Promise<RunSummary[]>;
  run(id: string): Promise<RunDetail>;
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
  annotate(id: string, changes: { notes?: string; tags?: string[] }): Promise<void>;

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

  server(): Promise<ServerState>;
  startServer(options: ServerOptions): Promise<ServerState>;
  stopServer(): Promise<ServerState>;

  datasets(): Promise<DatasetEntry[]>;
  /** A few training images of a data set as PNG, with their classes. */
  samples(dataset: string, count: number): Promise<Sample[]>;
  /** Begins a download or an import; its progress and end come as `dataTask` events. */
  getDataset(name: string): Promise<DataTask>;
  importDataset(request: ImportRequest): Promise<DataTask>;
  cancelDataTask(id: number): Promise<void>;
  dataTasks(): Promise<DataTask[]>;
  removeDataset(name: string): Promise<void>;

  /** What keeps the lab from looking after its runs, such as a full disk; null while nothing does. */
  trouble(): Promise<string | null>;
  engines(): Promise<EngineReport[]>;
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
  dataTask(task: DataTask): void;
  settings(settings: Settings): void;
  trouble(text: string | null): void;
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

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface PresetEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the paper reports. */
  readonly paper: string | null;
  readonly figures: readonly number[];
  readonly experiments: readonly string[];
  readonly hasSmall: boolean;
}

/** Something wrong with one field: its dotted path, and a sentence that goes on from its name. */
export interface Problem {
  readonly path: string;
  readonly text: string;
}

export interface Examination {
  readonly problems: readonly Problem[];
  /** With all defaults, where the input can be understood. */
  readonly experiment: Experiment | null;
  /** The network uncut, where it suits the images of its data set; also when the experiment's own cut is impossible. */
  readonly network: NetworkDescription | null;
  /** What it would build and send, where the network is known and the cut exists. */
  readonly design: Design | null;
}

export interface NetworkDescription {
  /** Of the images. */
  readonly input: Shape;
  /** The body, where it may be cut, and the head, which is the server's; without a module. */
  readonly layers: readonly LayerDescription[];
  /** Every place where the network can be cut, with the work of the client there, its module included. */
  readonly cuts: readonly CutDescription[];
}

export type CutDescription = CutTraffic & { readonly clientMultiplyAdds: number; readonly clientParameters: number };

/** A split network and what training it would send. */
export interface Design {
  readonly client: readonly LayerDescription[];
  /** [h, w, φ] at full budget. */
  readonly sent: Shape;
  readonly server: readonly LayerDescription[];
  readonly plan: Plan;
}

/** What training is going to send, and how long it will take. */
export interface Plan extends PlannedTraffic {
  /** From how fast such runs were on this machine; null when there was none. */
  readonly seconds: number | null;
}

/** A run as lists show it. One that was paused and is to go on is `queued` too, with its progress, until there is room. */
export interface RunSummary {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly seed: number;
  /** What was launched together. */
  readonly group: string;
  readonly status: RunStatus;
  readonly method: Method;
  readonly model: string;
  readonly dataset: string;
  /** In the order they are trained, as the method makes them of the phases. */
  readonly budgets: readonly Budget[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly engine: string | null;
  readonly error: string | null;
  readonly tags: readonly string[];
  readonly epochsDone: number;
  readonly epochsTotal: number;
  readonly lastAccuracy: number | null;
  readonly bestAccuracy: number | null;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly samplesPerSecond: number | null;
  /** While it is running or paused, or waits to go on. */
  readonly progress: RunProgress | null;
  /** Queued by a terminal: that starts it, and the lab does not unless it is resumed. */
  readonly elsewhere: boolean;
}

export interface RunProgress {
  readonly training: number;
  readonly phase: number;
  readonly budget: Budget;
  readonly epoch: number;
  readonly stepsDone: number;
  readonly totalSteps: number;
  readonly crossEntropy: number;
  readonly samplesPerSecond: number;
  readonly secondsLeft: number;
}

export interface RunDetail extends RunSummary {
  readonly experiment: Experiment;
  readonly notes: string;
  readonly folder: string;
  /** null when its data set is gone. */
  readonly plan: Plan | null;
  /** [h, w, φ] at full budget; null when its data set is gone. */
  readonly sent: Shape | null;
  /** The offload server elsewhere that it trained with last; null when it had one of its own. */
  readonly server: RunServer | null;
}

/** Where an offload server is, and what its certificate is trusted by: the system's authorities unless given. */
export interface ServerPlace {
  /** `wss://host:port`, or `ws://` without encryption. */
  readonly url: string;
  /** Certificates of authorities, PEM. */
  readonly ca?: string;
  /** SHA-256 of the certificate itself, in hexadecimal digits. */
  readonly fingerprint?: string;
}

export interface ServerAccess extends ServerPlace {
  readonly token: string;
}

export interface RunServer extends ServerPlace {
  /** It keeps the server half of the run's checkpoint: the run cannot go on without it. */
  readonly needed: boolean;
}

/**
 * Steps by column, in the order they were recorded; `from` is the row asked for or continued from, `row` the one to go
 * on with. A changed generation means that rows read before were taken away: read again from row 0.
 */
export interface StepBatch {
  readonly generation: number;
  readonly from: number;
  readonly row: number;
  readonly more: boolean;
  readonly columns: StepColumns;
}

/** Budgets are NaN for the full one. */
export type StepColumns = Readonly<Record<StepColumn, Float64Array>>;

export type StepColumn =
  | 'training'
  | 'phase'
  | 'source'
  | 'epoch'
  | 'step'
  | 'budget'
  | 'learningRate'
  | 'samples'
  | 'crossEntropy'
  | 'pruneLoss'
  | 'correct'
  | 'bytesUp'
  | 'bytesDown'
  | 'wireUp'
  | 'wireDown'
  | 'clientSeconds'
  | 'wireSeconds'
  | 'serverSeconds'
  | 'waitSeconds';

/** All epochs and pairs of a run so far. */
export interface EpochBatch {
  readonly generation: number;
  readonly epochs: readonly EpochRecord[];
  readonly pairs: readonly PairRecord[];
}

/**
 * f of every map at some moments: `values` is [moments, maps], `kept` has a bit per value, the lowest of a byte first
 * (1: the map was sent).
 */
export interface GateHistory {
  readonly maps: number;
  readonly steps: Float64Array;
  readonly epochs: Float64Array;
  /** NaN is the full budget. */
  readonly budgets: Float64Array;
  readonly values: Float32Array;
  readonly kept: Uint8Array;
}

export interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly event: string;
  readonly text: string;
}

export interface LogPage {
  readonly from: number;
  readonly lines: readonly LogLine[];
}

export interface ChartExport {
  readonly runs: readonly string[];
  readonly chart: ChartSpec;
  readonly format: 'svg' | 'png' | 'pdf' | 'csv';
  readonly paper: PaperSpec;
  /** The part of the x axis that is drawn, of charts over an axis; all of it unless given. */
  readonly range?: Range;
  /** The trainings (`run/number`) to be drawn and their places in the palette; all, in their order, unless given. */
  readonly trainings?: Looks;
}

/** `zip`: config, metrics, charts and, if wanted, checkpoints; `html`: a report; `csv`: the epochs; `json`: all records. */
export interface RunExport {
  readonly runs: readonly string[];
  readonly format: 'zip' | 'csv' | 'json' | 'html';
  readonly checkpoints?: boolean;
  /** For `html`: an accuracy between 0 and 1 whose price the report tells. */
  readonly reach?: number;
}

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly data: Uint8Array;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** With a certificate of its own making, whose fingerprint clients pin. */
  readonly tls: boolean;
}

export type ServerState =
  | { readonly status: 'stopped'; readonly error: string | null }
  | { readonly status: 'starting' }
  | {
      readonly status: 'running';
      readonly url: string;
      readonly token: string;
      readonly fingerprint: string | null;
      readonly startedAt: number;
      readonly clients: readonly ConnectedSource[];
      readonly bytesUp: number;
      readonly bytesDown: number;
      /** Now, both directions, bytes a second. */
      readonly rate: number;
      readonly errors: readonly { readonly at: number; readonly from: string; readonly text: string }[];
    };

/** A data source that trains with the offload server. */
export interface ConnectedSource {
  readonly id: string;
  readonly address: string;
  readonly model: string;
  readonly since: number;
  readonly steps: number;
  readonly samplesPerSecond: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface Sample {
  readonly label: string;
  readonly png: Uint8Array;
}

export interface ImportRequest {
  readonly path: string;
  readonly name?: string;
  readonly format?: string;
  readonly size?: number;
}

export interface DataTask {
  readonly id: number;
  readonly kind: 'get' | 'import';
  readonly name: string;
  readonly status: 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: DataProgress | null;
  /** What the user should know when it is done, or why it failed. */
  readonly notes: readonly string[];
}

export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  /** Runs that train at the same time. */
  readonly parallelRuns: number;
  /** Of the cpu engine for new experiments; null is all cores. */
  readonly threads: number | null;
  readonly engine: Experiment['engine'];
  /** Defaults of chart exports. */
  readonly paper: PaperSpec;
  readonly notifications: boolean;
}

export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  /** The run it is about. */
  readonly run?: string;
}

/** What the desktop window offers its page beside the lab itself; a browser has none of it. */
export interface DesktopBridge {
  /** Asks for a place on disk and writes the file there; false when the user thought better of it. */
  saveFile(name: string, type: string, data: Uint8Array): Promise<boolean>;
  openFile(filters: { name: string; extensions: string[] }[]): Promise<{ name: string; text: string } | null>;
  /** Path of a folder or file to import. */
  pickPath(kind: 'folder' | 'file'): Promise<string | null>;
  showFolder(path: string): Promise<void>;
  /** A share between 0 and 1 for the task bar, or null for none. */
  setProgress(share: number | null): void;
  notify(title: string, text: string): void;
  /** Commands chosen from the menu, by the id they have in the palette; returns how to stop listening. */
  onCommand(listener: (id: string) => void): () => void;
  /** Tells the menu which commands there are. */
  setCommands(commands: readonly MenuCommand[]): void;
  /** Asks for a port to the lab; it arrives as a message `{type: 'lab:port', nonce}` to the window itself. */
  requestPort(nonce: string): void;
  restartLab(): Promise<void>;
}

export interface MenuCommand {
  readonly id: string;
  readonly label: string;
  readonly menu: string;
  /** As the platform's accelerators are written, for example `CmdOrCtrl+K`. */
  readonly shortcut: string | null;
  readonly enabled: boolean;
}
