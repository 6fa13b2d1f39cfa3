import { z } from 'zod';
import type { ExperimentInput, LabApi } from '../../api.ts';
import { chartFormats, runFormats } from '../../api/formats.ts';
import { rangeSchema } from '../../charts/kinds/kind.ts';
import { chartKinds, type ChartSpec } from '../../charts/kinds/table.ts';
import { longestProse } from '../../charts/prose.ts';
import { SluiceError } from '../../errors.ts';
import { hasFields } from '../../fields.ts';
import { linkSchema } from '../../offload/link/link.ts';
import { keptEpochs } from '../../records/best-epoch.ts';
import { mostNotes, nameSchema } from '../../runs/experiment/experiment.ts';
import { problemsOf } from '../../runs/experiment/problems.ts';
import type { Procedures } from '../lab-state.ts';
import { paperSchema, settingsSchema } from '../settings/settings.ts';

/** What may be asked of each procedure. An experiment is looked at field by field by those that take it. */

const id = z.string().min(1).max(100);
const ids = z.array(id).max(10_000);
const count = z.int().min(0);
const limit = z.number().positive().optional();
const path = z.string().min(1).max(4096);
const experiment = z.custom<ExperimentInput>(hasFields, 'an experiment');

const server = z.strictObject({
  url: z.string().trim().min(1).max(2000),
  token: z.string().trim().min(1).max(1000),
  ca: z
    .string()
    .max(1_000_000)
    .regex(/-----BEGIN CERTIFICATE-----/, 'certificates as PEM text, with lines "-----BEGIN CERTIFICATE-----"')
    .optional(),
  fingerprint: z
    .string()
    .trim()
    .regex(/^([0-9a-f]{2}:?){32}$/i, 'the 64 hexadecimal digits that the server shows')
    .optional(),
  insecure: z.boolean().optional(),
});

const playgroundSettings = { link: linkSchema, latencyMs: z.number().min(1).max(60_000) };

const dressedLine = z.strictObject({
  line: z.string().max(500),
  name: z.string().trim().min(1).max(200).optional(),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'a colour such as #0072b2')
    .optional(),
});

type Inputs = { readonly [Name in keyof LabApi]: z.ZodType<Parameters<LabApi[Name]>> };

const nothing = z.tuple([]);
const oneRun = z.tuple([id]);
const title = z.string().trim().min(1).max(200);
const prose = z.string().max(longestProse);
const group = z.string().min(1).max(300);
const oneGroup = z.tuple([group]);

const inputs: Inputs = {
  hello: nothing,
  alert: nothing,
  presets: nothing,
  preset: z.tuple([id, z.boolean()]),
  examine: z.tuple([experiment]),
  planChoices: z.tuple([
    experiment,
    z.strictObject({
      goal: z.enum(['step', 'request']),
      limits: z.strictObject({ seconds: limit, bytes: limit, memoryBytes: limit }),
    }),
  ]),
  timeLayers: z.tuple([experiment]),
  cancelPlanTask: z.tuple([count]),
  planTasks: nothing,
  experimentSchema: nothing,
  methods: nothing,
  launch: z.tuple([z.array(experiment).min(1).max(1000), z.string().trim().pipe(nameSchema), server.optional()]),
  launched: oneGroup,
  controlLaunch: z.tuple([group, z.enum(['pause', 'proceed', 'stop', 'resume'])]),
  planSearch: z.tuple([experiment]),
  startSearch: z.tuple([experiment, z.string().trim().pipe(nameSchema)]),
  searches: nothing,
  search: oneGroup,
  controlSearch: z.tuple([group, z.enum(['pause', 'proceed'])]),
  deleteSearch: oneGroup,
  runs: nothing,
  run: oneRun,
  compared: z.tuple([ids]),
  pause: oneRun,
  proceed: oneRun,
  stop: oneRun,
  resume: z.tuple([id, server.optional()]),
  delete: z.tuple([ids]),
  annotate: z.tuple([
    id,
    z.strictObject({
      notes: z.string().max(mostNotes).optional(),
      tags: z.array(z.string().trim().min(1).max(50)).max(50).optional(),
      name: z.string().trim().pipe(nameSchema).optional(),
      project: z.string().trim().pipe(nameSchema).optional(),
      archived: z.boolean().optional(),
    }),
  ]),
  strayFolders: nothing,
  adopt: z.tuple([z.string().min(1).max(255)]),
  importRuns: z.tuple([
    z.union([z.strictObject({ path }), z.strictObject({ upload: id, name: z.string().min(1).max(255) })]),
  ]),
  uploadPart: z.tuple([id.nullable(), z.string().min(1).max(255), z.instanceof(Uint8Array)]),
  cancelRunTask: z.tuple([count]),
  runTasks: nothing,
  steps: z.tuple([id, count]),
  epochs: oneRun,
  gates: z.tuple([id, count, z.int().min(1).max(2000)]),
  log: z.tuple([id, count]),
  watch: z.tuple([ids]),
  exportChart: z.tuple([
    z.strictObject({
      runs: ids,
      sets: ids.optional(),
      chart: chartSchema(),
      format: z.enum(chartFormats.map(({ format }) => format)),
      paper: paperSchema,
      range: rangeSchema(z).optional(),
      trainings: z.record(id, count.max(1000)).optional(),
      source: z.union([z.enum(['all', 'each']), count]).optional(),
      parts: z.enum(['pairs', 'wholes']).optional(),
      lines: z.array(dressedLine).max(1000).optional(),
    }),
  ]),
  exportRuns: z.tuple([
    z.strictObject({
      runs: ids.min(1),
      format: z.enum(runFormats.map(({ format }) => format)),
      checkpoints: z.boolean().optional(),
      reach: z.number().min(0).max(1).optional(),
      title: title.optional(),
      prose: prose.optional(),
    }),
  ]),
  sendRuns: z.tuple([
    z.strictObject({ runs: ids.min(1), to: z.string().trim().min(1).max(2000), experiment: title.optional() }),
  ]),
  reports: nothing,
  saveReport: z.tuple([
    z.strictObject({
      name: title,
      runs: ids.min(1),
      reach: z.number().min(0).max(1).nullable(),
      view: z.string().max(200_000),
      prose,
    }),
  ]),
  deleteReport: z.tuple([title]),
  server: nothing,
  startServer: z.tuple([
    z.strictObject({ host: z.string().min(1).max(255), port: z.int().min(0).max(65_535), tls: z.boolean() }),
  ]),
  stopServer: nothing,
  playground: nothing,
  startPlayground: z.tuple([z.strictObject({ set: id, phone: z.boolean(), ...playgroundSettings })]),
  changePlayground: z.tuple([z.strictObject(playgroundSettings)]),
  stopPlayground: nothing,
  datasets: nothing,
  samples: z.tuple([id, z.int().min(1).max(400)]),
  getDataset: oneRun,
  importDataset: z.tuple([
    z.strictObject({
      path,
      name: id.optional(),
      format: id.optional(),
      size: z.int().min(1).max(128).optional(),
      nested: z.boolean().optional(),
      skipDamaged: z.boolean().optional(),
    }),
  ]),
  cancelDataTask: z.tuple([count]),
  dataTasks: nothing,
  removeDataset: z.tuple([id]),
  engines: nothing,
  installEngine: z.tuple([z.strictObject({ name: id, python: path.optional() })]),
  cancelEngineTask: z.tuple([count]),
  engineTasks: nothing,
  removeEngine: z.tuple([id]),
  modelSets: nothing,
  modelTimes: oneRun,
  timeModelSet: oneRun,
  addModelSet: z.tuple([z.strictObject({ run: id, name: id.optional(), epoch: z.enum(keptEpochs).optional() })]),
  importModelSet: z.tuple([z.strictObject({ path, name: id.optional() })]),
  exportModelSet: z.tuple([
    z.strictObject({ set: id, format: z.enum(['zip', 'onnx']), normalised: z.boolean().optional() }),
  ]),
  cancelModelTask: z.tuple([count]),
  modelTasks: nothing,
  removeModelSet: oneRun,
  browsers: nothing,
  shutOutBrowser: z.tuple([z.string().regex(/^[0-9a-f]{16}$/, 'the id of a browser that was let in')]),
  settings: nothing,
  changeSettings: z.tuple([changes()]),
};

/** Of one kind of chart or another, as each describes itself. */
function chartSchema(): z.ZodType<ChartSpec> {
  const [first, ...others] = chartKinds.map((kind) => kind.schema(z));
  return z.discriminatedUnion('kind', [first, ...others]);
}

/** Changes leave out what stays: a default would put it back to what it was at first. */
function changes() {
  const { theme, parallelRuns, threads, engine, paper, notifications, webhook, project, views } = settingsSchema.shape;
  return z
    .strictObject({
      theme: theme.unwrap(),
      parallelRuns: parallelRuns.unwrap(),
      threads: threads.unwrap(),
      engine: engine.unwrap(),
      paper: paper.unwrap(),
      notifications: notifications.unwrap(),
      webhook: webhook.unwrap(),
      project: project.unwrap(),
      views: views.unwrap(),
    })
    .partial();
}

/** The same procedures, which now throw `bad-input` for arguments of the wrong kind before anything else. */
export function checkInputs(api: Procedures<keyof LabApi>): Procedures<keyof LabApi> {
  const names = Object.keys(inputs) as (keyof LabApi)[];
  return Object.fromEntries(names.map((name) => [name, checked(name, api[name])])) as unknown as Procedures<
    keyof LabApi
  >;
}

function checked(name: keyof LabApi, procedure: (...given: never[]) => unknown): (...given: unknown[]) => unknown {
  const schema: z.ZodType = inputs[name];
  return (...given) => {
    const parsed = schema.safeParse(given, { reportInput: true });
    if (parsed.success) return procedure(...(parsed.data as never[]));
    const [{ path: at, text }] = problemsOf(parsed.error, schema);
    // The first key is the number of the argument.
    const field = at.split('.').slice(1).join('.');
    throw new SluiceError('bad-input', `${field === '' ? `What ${name} was given` : field} ${text}.`, {
      ...(field === '' ? {} : { path: field }),
    });
  };
}
