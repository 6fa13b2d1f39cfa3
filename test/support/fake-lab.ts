import { shallowRef } from 'vue';
import type {
  JsonSchema,
  LabApi,
  LabEvents,
  LabInfo,
  RunSummary,
  SavedReport,
  ServerState,
  Settings,
} from '../../main/api.ts';
import { SluiceError } from '../../main/errors.ts';
import { listMethods } from '../../main/lab/design/methods.ts';
import { experimentSchema } from '../../main/runs/experiment/experiment.ts';
import { frontierFacts } from '../../main/runs/experiment/frontier-facts.ts';
import { jsonSchema } from '../../main/runs/experiment/schema.ts';
import { methodNamed, trainingFacts } from '../../main/training/methods/table.ts';
import { phasesAt } from '../../main/runs/experiment/budgets.ts';
import { plannedPairs } from '../../main/training/plan.ts';
import { protocol } from '../../main/wire.ts';
import { createEvents } from '../../renderer/lab/events.ts';
import type { Lab, LabState } from '../../renderer/lab/lab.ts';
import { searchCalls } from './fake-search.ts';
import { fakeDatasets, fakeEngines, fakePresets, fakeRuns, fakeSample } from './fake-entries.ts';
import { fakeSets } from './fake-sets.ts';
import { fakeEpochs, fakeExperiment, fakeGates, fakePlan, fakeSteps } from './fake-series.ts';

/** The cut of every fake run. */
const features = { sent: [8, 8, 128], clientTrains: true, classes: 10 } as const;

/** A lab in memory: a few plausible runs that answer as the real one would, and nothing that trains. */
export interface FakeLab {
  readonly lab: Lab;
  readonly api: LabApi;
  readonly runs: Map<string, RunSummary>;
  /** Sends an event to all that listen. */
  emit<E extends keyof LabEvents>(event: E, ...details: Parameters<LabEvents[E]>): void;
  /** The connection breaks or comes back. */
  become(state: LabState): void;
  /** Hears every event, to pass on. */
  readonly on: Lab['on'];
}

const info: LabInfo = {
  protocol,
  version: '0.1.0',
  host: 'browser',
  home: '/home/ada/.local/share/sluice',
  machine: { cores: 8, processor: 'Ryzen 7 5800U', memory: 16e9 },
};

const defaults: Settings = {
  theme: 'system',
  parallelRuns: 1,
  threads: null,
  engine: 'auto',
  paper: { widthMm: 85, heightMm: 60, dpi: 300, fontFamily: 'Inter', fontSize: 8, theme: 'light', title: '' },
  notifications: true,
  webhook: '',
  project: 'default',
  views: [],
};

/** A fake lab; procedures given replace its own, runs given are the only ones. */
export function fakeLab(overrides: Partial<LabApi> = {}, runs: readonly RunSummary[] = fakeRuns()): FakeLab {
  const events = createEvents();
  const byId = new Map(runs.map((run) => [run.id, run]));
  const emit: FakeLab['emit'] = (event, ...details) => {
    (events.table[event] as (...given: unknown[]) => void)(...details);
  };
  const api: LabApi = { ...fakeApi(byId, emit), ...overrides };
  const state = shallowRef<LabState>('ready');
  const ready = new Set<() => void>();
  const lab: Lab = {
    api,
    state,
    info: shallowRef(info),
    on: events.on,
    onReady(listener) {
      ready.add(listener);
      if (state.value === 'ready') listener();
      return () => ready.delete(listener);
    },
    close: () => undefined,
  };
  return {
    lab,
    api,
    runs: byId,
    emit,
    on: events.on,
    become(now) {
      state.value = now;
      if (now === 'ready') for (const listener of ready) listener();
    },
  };
}

function fakeApi(runs: Map<string, RunSummary>, emit: FakeLab['emit']): LabApi {
  return { ...runCalls(runs, emit), ...seriesCalls(runs), ...placeCalls(emit) };
}

type RunCalls = Pick<
  LabApi,
  | 'runs'
  | 'run'
  | 'compared'
  | 'pause'
  | 'proceed'
  | 'stop'
  | 'resume'
  | 'delete'
  | 'annotate'
  | 'strayFolders'
  | 'adopt'
  | 'launch'
  | 'launched'
  | 'controlLaunch'
  | 'watch'
>;

function runCalls(runs: Map<string, RunSummary>, emit: FakeLab['emit']): RunCalls {
  function find(id: string): RunSummary {
    const run = runs.get(id);
    if (!run) throw new SluiceError('run-unknown', `There is no run "${id}".`, { path: 'id' });
    return run;
  }
  async function change(id: string, changes: Partial<RunSummary>): Promise<void> {
    const run = { ...find(id), ...changes };
    runs.set(id, run);
    await Promise.resolve();
    emit('runs', [run], []);
  }
  return {
    runs: () => Promise.resolve([...runs.values()]),
    run: async (id) => {
      const run = find(id);
      const folder = `${info.home}/runs/${id}`;
      const experiment = { ...fakeExperiment(run.method), name: run.name };
      return await Promise.resolve({
        ...run,
        experiment,
        notes: '',
        folder,
        plan: fakePlan(),
        pairs: plannedPairs(run.method, phasesAt(experiment, features), 128),
        makesSet: trainingFacts(methodNamed(run.method)).makesSet,
        classes: 10,
        sent: [8, 8, 32],
        server: null,
        origin: null,
      });
    },
    compared: async (ids) =>
      await Promise.resolve(
        ids.flatMap((id) => {
          const run = runs.get(id);
          if (!run) return [];
          const { name, number, seed, status, dropped, method } = run;
          const experiment = { ...fakeExperiment(method), name };
          const pairs = plannedPairs(method, phasesAt(experiment, features), 128);
          const { epochs } = fakeEpochs(number);
          const facts = frontierFacts(id, experiment, {
            shape: [32, 32, 3],
            trainSamples: 50_000,
            testSamples: 10_000,
          });
          return { id, name, number, seed, status, dropped, experiment, pairs, classes: 10, epochs, frontier: facts };
        }),
      ),
    pause: (id) => change(id, { status: 'paused' }),
    proceed: (id) => change(id, { status: 'running' }),
    stop: (id) => change(id, { status: 'stopped', progress: null, endedAt: Date.now() }),
    resume: (id) => change(id, { status: 'queued', endedAt: null }),
    delete: async (ids) => {
      for (const id of ids) runs.delete(id);
      await Promise.resolve();
      emit('runs', [], ids);
    },
    annotate: (id, changes) => change(id, changes),
    strayFolders: () => Promise.resolve([]),
    adopt: () => Promise.resolve(),
    launch: async (experiments, name) => {
      const [model] = fakeRuns();
      const first = Math.max(0, ...[...runs.values()].map(({ number }) => number)) + 1;
      const launched = experiments.map((experiment, i): RunSummary => ({
        ...model,
        id: `new-${first + i}`,
        number: first + i,
        name: experiment.name ?? 'deprune',
        method: experiment.method ?? 'deprune',
        group: name,
        status: 'queued',
        createdAt: Date.now(),
        startedAt: null,
        endedAt: null,
        epochsDone: 0,
        progress: null,
        lastAccuracy: null,
        bestAccuracy: null,
        bests: [],
        bytesUp: 0,
        bytesDown: 0,
      }));
      for (const run of launched) runs.set(run.id, run);
      await Promise.resolve();
      emit('runs', launched, []);
      return launched;
    },
    launched: (group) => {
      const ids = [...runs.values()].filter((run) => run.group === group).map(({ id }) => id);
      const rates = ids.map((_, i) => [0.01 * (i + 1)]);
      const importance = { tooFew: 'These runs are too few to tell what matters.' };
      return Promise.resolve({ runs: ids, settings: ['optimiser.learningRate'], values: rates, importance });
    },
    controlLaunch: async (group, command) => {
      const to = { pause: 'paused', proceed: 'queued', stop: 'stopped', resume: 'queued' } as const;
      const asked = [...runs.values()].filter((run) => run.group === group && run.status !== 'finished');
      for (const { id } of asked) await change(id, { status: to[command] });
    },
    watch: () => Promise.resolve(),
  };
}

type SeriesCalls = Pick<
  LabApi,
  | 'steps'
  | 'epochs'
  | 'gates'
  | 'log'
  | 'exportChart'
  | 'exportRuns'
  | 'sendRuns'
  | 'examine'
  | 'experimentSchema'
  | 'preset'
>;

function seriesCalls(runs: Map<string, RunSummary>): SeriesCalls {
  const file = { name: 'export.svg', type: 'image/svg+xml', data: new TextEncoder().encode('<svg/>') };
  const seed = (id: string): number => runs.get(id)?.number ?? 1;
  return {
    steps: (id, row) => Promise.resolve(fakeSteps(seed(id), row)),
    epochs: (id) => Promise.resolve(fakeEpochs(seed(id))),
    gates: (id, _training, moments) => Promise.resolve(fakeGates(seed(id), moments)),
    log: (_, from) =>
      Promise.resolve({
        from,
        lines: [
          {
            at: Date.now() - 60_000,
            level: 'info' as const,
            event: 'start',
            text: 'Training began on the cpu engine.',
          },
          { at: Date.now(), level: 'warning' as const, event: 'slow', text: 'The server answers slowly.' },
        ].slice(from),
      }),
    exportChart: () => Promise.resolve(file),
    exportRuns: () => Promise.resolve({ ...file, name: 'runs.zip', type: 'application/zip' }),
    sendRuns: ({ runs, to }) => Promise.resolve(runs.map((id) => `${id}: ${to}/#/experiments/1/runs/2`)),
    examine: () =>
      Promise.resolve({
        problems: [],
        experiment: fakeExperiment('deprune'),
        network: null,
        design: null,
        sweep: null,
        search: null,
      }),
    experimentSchema: () => Promise.resolve(jsonSchema(experimentSchema) as JsonSchema),
    preset: () =>
      Promise.resolve([fakeExperiment('deprune'), fakeExperiment('full'), fakeExperiment('high-compression')]),
  };
}

type PlaceCalls = Omit<LabApi, keyof RunCalls | keyof SeriesCalls>;

function placeCalls(emit: FakeLab['emit']): PlaceCalls {
  let settings = defaults;
  const reports = new Map<string, SavedReport>();
  let server: ServerState = { status: 'stopped', error: null };
  async function serve(state: ServerState): Promise<ServerState> {
    server = state;
    await Promise.resolve();
    emit('server', server);
    return server;
  }
  const began = <Kind extends string>(kind: Kind, name: string) =>
    ({
      id: 1,
      kind,
      name,
      status: 'running',
      progress: { step: 'download', item: `${name}.tar.gz`, done: 61e6, total: 170e6, unit: 'bytes' },
      notes: [],
    }) as const;
  return {
    hello: () => Promise.resolve(info),
    presets: () => Promise.resolve(fakePresets()),
    methods: () => Promise.resolve(listMethods()),
    playground: () => Promise.resolve({ status: 'stopped', error: null }),
    startPlayground: ({ set, link, latencyMs }) =>
      Promise.resolve({ status: 'running', set, link, latencyMs, dataset: 'synthetic', labelled: true, page: null }),
    changePlayground: (settings) =>
      Promise.resolve({
        status: 'running',
        set: 'deprune',
        ...settings,
        dataset: 'synthetic',
        labelled: true,
        page: null,
      }),
    stopPlayground: () => Promise.resolve({ status: 'stopped', error: null }),
    server: () => Promise.resolve(server),
    startServer: ({ host, port, tls }) =>
      serve({
        status: 'running',
        url: `${tls ? 'wss' : 'ws'}://${host === '0.0.0.0' ? '192.168.1.20' : host}:${port}`,
        token: 'q7hW2nVxT0c4LkPzYd9sRb',
        fingerprint: tls ? '3A:9F:11:C2:7E:54:90:BD:02:66:8A:F1:C5:D8:3B:47' : null,
        startedAt: Date.now(),
        clients: [],
        bytesUp: 0,
        bytesDown: 0,
        rate: 0,
        errors: [],
      }),
    stopServer: () => serve({ status: 'stopped', error: null }),
    datasets: () => Promise.resolve(fakeDatasets()),
    samples: (_, count) => Promise.all(Array.from({ length: count }, (_, i) => fakeSample(i))),
    getDataset: (name) => Promise.resolve(began('get', name)),
    importDataset: ({ name = 'pictures' }) => Promise.resolve(began('import', name)),
    cancelDataTask: () => Promise.resolve(),
    dataTasks: () => Promise.resolve([]),
    removeDataset: () => Promise.resolve(),
    alert: () => Promise.resolve(null),
    engines: () => Promise.resolve(fakeEngines()),
    installEngine: ({ name }) => Promise.resolve(began('install', name)),
    cancelEngineTask: () => Promise.resolve(),
    engineTasks: () => Promise.resolve([]),
    planChoices: () => Promise.resolve(null),
    timeLayers: () => Promise.resolve({ ...began('get', 'vgg11'), kind: 'time' }),
    cancelPlanTask: () => Promise.resolve(),
    planTasks: () => Promise.resolve([]),
    removeEngine: () => Promise.resolve(),
    modelSets: () => Promise.resolve(fakeSets()),
    modelTimes: () => Promise.resolve(null),
    timeModelSet: () => Promise.resolve(began('time', 'vgg11')),
    addModelSet: ({ name = 'deprune' }) => Promise.resolve(began('add', name)),
    importRuns: (request) => Promise.resolve(began('import', 'path' in request ? request.path : request.name)),
    uploadPart: (id) => Promise.resolve(id ?? 'upload-1'),
    cancelRunTask: () => Promise.resolve(),
    runTasks: () => Promise.resolve([]),
    importModelSet: ({ name = 'cifar.zip' }) => Promise.resolve(began('import', name)),
    exportModelSet: ({ set }) =>
      Promise.resolve({ name: `${set}.zip`, type: 'application/zip', data: new Uint8Array([80, 75, 5, 6]) }),
    cancelModelTask: () => Promise.resolve(),
    modelTasks: () => Promise.resolve([]),
    removeModelSet: () => Promise.resolve(),
    ...searchCalls(null),
    browsers: () => Promise.resolve([]),
    shutOutBrowser: () => Promise.resolve(),
    settings: () => Promise.resolve(settings),
    reports: () => Promise.resolve([...reports.values()]),
    saveReport: async (report) => {
      reports.set(report.name, report);
      await Promise.resolve();
    },
    deleteReport: async (name) => {
      reports.delete(name);
      await Promise.resolve();
    },
    changeSettings: async (changes) => {
      settings = { ...settings, ...changes };
      await Promise.resolve();
      emit('settings', settings);
      return settings;
    },
  };
}
