import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChartExport, LabApi } from '../../../main/api.ts';
import { openLab, type Lab } from '../../../main/lab/lab.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { openSearch } from '../../../main/runs/search/search.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { createEvents } from '../../../renderer/lab/events.ts';
import { fakeLab } from '../../support/fake-lab.ts';
import { temporaryHome } from '../../support/home.ts';
import { makeTestSet } from '../../support/model-set.ts';
import { executeToy } from '../../support/toy-training.ts';

/** The fake lab that tests of pages have, held against a real one on a home with one finished run. */

const home = temporaryHome();
const quiet = createEvents().table;
const searched = {
  dataset: { trainSamples: 32, testSamples: 8 },
  model: { name: 'cnn' as const, width: 0.125 },
  phases: [{ budget: 2, epochs: 2 }],
  search: { settings: { 'split.layer': [3, 40] }, floor: 0.7 },
};

const paper = {
  widthMm: 85,
  heightMm: 60,
  dpi: 72,
  fontFamily: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
} as const;
const plain = { logX: false, logY: false, seedsAsBand: false, phases: true } as const;
const lines = { kind: 'lines', metric: 'accuracy', beside: [], x: 'epoch', smoothing: 0, ...plain } as const;

type Api = { readonly [Name in keyof LabApi]: (...given: Parameters<LabApi[Name]>) => unknown };

/** Procedures that answer with data, and how to ask for it; `id` is a run of the lab that is asked. */
const questions: Partial<Record<keyof LabApi, (api: Api, id: string) => unknown>> = {
  hello: (api) => api.hello(),
  presets: (api) => api.presets(),
  preset: (api) => api.preset('quickstart', false),
  methods: (api) => api.methods(),
  examine: (api) => api.examine({}),
  experimentSchema: (api) => api.experimentSchema(),
  planSearch: (api) => api.planSearch(searched),
  searches: (api) => api.searches(),
  search: (api) => api.search('narrow'),
  runs: (api) => api.runs(),
  run: (api, id) => api.run(id),
  compared: (api, id) => api.compared([id]),
  strayFolders: (api) => api.strayFolders(),
  steps: (api, id) => api.steps(id, 0),
  epochs: (api, id) => api.epochs(id),
  gates: (api, id) => api.gates(id, 0, 4),
  log: (api, id) => api.log(id, 0),
  exportChart: (api, id) => api.exportChart({ runs: [id], chart: lines, format: 'svg', paper } satisfies ChartExport),
  exportRuns: (api, id) => api.exportRuns({ runs: [id], format: 'zip' }),
  reports: async (api) => {
    await api.saveReport({ name: 'Findings', runs: ['1'], reach: null, view: 'runs=1', prose: '{{results}}' });
    return api.reports();
  },
  server: (api) => api.server(),
  startServer: (api) => api.startServer({ host: '127.0.0.1', port: 0, tls: true }),
  stopServer: (api) => api.stopServer(),
  playground: (api) => api.playground(),
  stopPlayground: (api) => api.stopPlayground(),
  datasets: (api) => api.datasets(),
  samples: (api) => api.samples('synthetic', 2),
  dataTasks: (api) => api.dataTasks(),
  alert: (api) => api.alert(),
  engines: (api) => api.engines(),
  engineTasks: (api) => api.engineTasks(),
  modelSets: (api) => api.modelSets(),
  modelTasks: (api) => api.modelTasks(),
  planTasks: (api) => api.planTasks(),
  runTasks: (api) => api.runTasks(),
  settings: (api) => api.settings(),
  changeSettings: (api) => api.changeSettings({ parallelRuns: 2 }),
};

/** Those that are not asked, and why. */
const unasked: Partial<Record<keyof LabApi, string>> = {
  launch: 'starts processes; what it answers are entries of runs',
  launched: 'answers what differs among runs, of which there is one',
  controlLaunch: 'answers nothing',
  startSearch: 'answers an id',
  controlSearch: 'answers nothing',
  deleteSearch: 'answers nothing',
  pause: 'answers nothing',
  proceed: 'answers nothing',
  stop: 'answers nothing',
  resume: 'answers nothing',
  delete: 'answers nothing',
  annotate: 'answers nothing',
  adopt: 'answers nothing',
  sendRuns: 'asks a server elsewhere',
  saveReport: 'answers nothing',
  deleteReport: 'answers nothing',
  importRuns: 'begins an import',
  uploadPart: 'answers a name',
  cancelRunTask: 'answers nothing',
  watch: 'answers nothing',
  startPlayground: 'starts processes, and needs a model set',
  changePlayground: 'answers the state, of a playground that runs',
  cancelDataTask: 'answers nothing',
  removeDataset: 'answers nothing',
  getDataset: 'begins a download',
  importDataset: 'begins an import',
  installEngine: 'begins an installation',
  cancelEngineTask: 'answers nothing',
  planChoices: 'starts a process that opens an engine',
  timeLayers: 'begins to time layers',
  cancelPlanTask: 'answers nothing',
  removeEngine: 'answers nothing',
  modelTimes: 'starts a process that opens an engine',
  timeModelSet: 'begins to time layers',
  addModelSet: 'begins to write a set',
  importModelSet: 'begins an import',
  exportModelSet: 'starts a process; the packing of sets has tests of its own',
  cancelModelTask: 'answers nothing',
  removeModelSet: 'answers nothing',
  browsers: 'answers what the door of the lab knows, which has tests of its own',
  shutOutBrowser: 'answers nothing',
};

let lab: Lab;
let real: Api;
let realId: string;
const { api: fake, runs: fakeRuns } = fakeLab();

beforeAll(async () => {
  mkdirSync(home, { recursive: true });
  const store = openStore(home);
  const experiment = parseExperiment({
    dataset: { trainSamples: 32, testSamples: 8 },
    model: { name: 'cnn', width: 0.125 },
    split: { layer: 3 },
    phases: [
      { budget: 2, epochs: 1 },
      { budget: 'full', epochs: 1 },
    ],
  });
  realId = store.create(experiment, 1).id;
  await executeToy(store, realId, { stepsPerEpoch: 2 });
  store.annotate(realId, { tags: ['tiny'] });
  const search = store.addSearch({ id: 'narrow@1', project: 'default', experiment: searched, inLab: true });
  store.changeSearch(search.id, { state: 'paused' });
  const { points } = openSearch(search);
  const trial = store.beginTrial(search, 0, 0, points[0].experiment);
  await executeToy(store, trial.id, { stepsPerEpoch: 2 });
  store.close();
  await makeTestSet();
  mkdirSync(join(home, 'models', 'broken'));
  writeFileSync(join(home, 'models', 'broken', 'set.json'), '{');
  lab = openLab();
  real = lab.connect({ kind: 'browser', events: quiet, busy: () => false }).api;
});

afterAll(() => lab.close());

/** The types of values found at each dotted path; elements of lists are all at `[]`. */
type Shape = ReadonlyMap<string, ReadonlySet<string>>;

function shapeOf(value: unknown): Shape {
  const found = new Map<string, Set<string>>();
  const note = (path: string, type: string): void => void found.set(path, (found.get(path) ?? new Set()).add(type));
  const look = (at: unknown, path: string): void => {
    if (at === undefined) return;
    if (at === null) note(path, 'null');
    else if (Array.isArray(at)) {
      note(path, at.length === 0 ? 'empty list' : 'list');
      for (const element of at as readonly unknown[]) look(element, `${path}[]`);
    } else if (typeof at !== 'object') note(path, typeof at);
    else if (Object.getPrototypeOf(at) === Object.prototype) {
      note(path, 'object');
      for (const [key, inner] of Object.entries(at)) look(inner, `${path}.${key}`);
    } else note(path, at.constructor.name);
  };
  look(value, '');
  return found;
}

const says = (types: ReadonlySet<string> | undefined): string[] =>
  [...(types ?? [])].filter((type) => type !== 'null').map((type) => type.replace('empty ', ''));

/** Whether one has nothing at a path because what is around it is null or a list without elements. */
function hidden(path: string, shape: Shape): boolean {
  for (let around = path; around !== ''; around = around.replace(/(\.[^.[\]]*|\[\])$/, '')) {
    const types = [...(shape.get(around.replace(/(\.[^.[\]]*|\[\])$/, '')) ?? [])];
    if (types.length > 0) return types.some((type) => type === 'null' || type === 'empty list');
  }
  return false;
}

/** Fields of an experiment that are there where they are set alone. */
const optional = /\.(dataset\.(train|test)Samples|sources\.(skew|averageEpochs|threads)|threads|checkpointSteps)$/;

/** Where two answers differ in their fields or the types of these; a null may be anything. */
function differences(one: Shape, other: Shape): string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])].filter((path) => !optional.test(path));
  return paths.flatMap((path) => {
    const [here, there] = [one.get(path), other.get(path)];
    if (!here) return hidden(path, one) ? [] : [`${path} is not in the fake's`];
    if (!there) return hidden(path, other) ? [] : [`${path} is in the fake's alone`];
    const [mine, its] = [says(here), says(there)];
    const agree = mine.length === 0 || its.length === 0 || mine.some((type) => its.includes(type));
    return agree ? [] : [`${path} is ${mine.join(' or ')} in the fake's, ${its.join(' or ')} in the lab's`];
  });
}

describe('the fake lab', () => {
  it('has the procedures of the real one, all of which are asked here or left out for a reason', () => {
    expect(Object.keys(fake).sort()).toEqual(Object.keys(real).sort());
    expect([...Object.keys(questions), ...Object.keys(unasked)].sort()).toEqual(Object.keys(real).sort());
  });

  it.each(Object.entries(questions))(
    'answers %s with what the real one answers',
    { timeout: 60_000 },
    async (_, ask) => {
      const { id: fakeId } = [...fakeRuns.values()].find(({ status }) => status === 'finished')!;
      const answers = [await ask(fake, fakeId), await ask(real, realId)].map(shapeOf);
      expect(differences(answers[0], answers[1])).toEqual([]);
    },
  );

  it('launches what it lists as runs', async () => {
    const launched = shapeOf(await fake.launch([{}], 'launched'));
    expect(differences(launched, shapeOf(await real.runs()))).toEqual([]);
  });
});

describe('the comparison', () => {
  const told = (one: unknown, other: unknown): string[] => differences(shapeOf(one), shapeOf(other));

  it('finds fields that are missing or new, and other types', () => {
    expect(told({ a: 1 }, { a: 'text' })).toEqual([".a is number in the fake's, string in the lab's"]);
    expect(told({ a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] })).toEqual([".a[].c is not in the fake's"]);
    expect(told({ a: new Float32Array(1), d: 0 }, { a: new Float64Array(1) })).toHaveLength(2);
  });

  it('lets null and lists without elements be anything', () => {
    expect(told({ a: null, b: [] }, { a: { c: 1 }, b: [{ d: 1 }] })).toEqual([]);
    expect(told({ a: [null, 4] }, { a: [4] })).toEqual([]);
  });
});
