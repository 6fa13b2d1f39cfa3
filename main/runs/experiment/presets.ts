import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname } from 'node:path';
import { z } from 'zod';
import { nearest } from '../../near.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { experimentSchema, type Experiment, type ExperimentInput } from './experiment.ts';
import { hasFields, merge, type Fields } from '../../fields.ts';
import { parseJson, utf8Text } from '../../json.ts';
import { parseExperiment } from './parse.ts';
import { problemsOf, throwProblems } from './problems.ts';
import { applySetting } from './settings.ts';
import { experimentsOf } from '../sweep/points.ts';

const part = experimentSchema.optional();

/** A file of experiments to compare. Each is laid over `shared`; in the small variant the `small` parts go on top. */
export const presetSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Where editors find this schema'),
    title: z.string().min(1),
    description: z.string().describe('What is compared, and what was chosen where the paper leaves it open'),
    paper: z.string().optional().describe('What the paper reports'),
    figures: z.array(z.int().min(1)).optional().describe('The figures of the paper that show these experiments'),
    shared: part.describe('What all experiments have in common'),
    small: part.describe('What is different in the small variant, for all experiments'),
    experiments: z
      .array(z.strictObject({ experiment: experimentSchema, small: part.describe('The same, for this experiment') }))
      .min(1),
  })
  .meta({ title: 'Sluice preset' });

type PresetFile = z.input<typeof presetSchema>;

/** Experiments that belong together. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly paper?: string;
  readonly figures: readonly number[];
  /** Whether there is a variant that finishes in minutes. */
  readonly hasSmall: boolean;
  /** Those of a sweep one by one. */
  readonly experiments: readonly Experiment[];
}

export interface LoadOptions {
  /** The variant that finishes in minutes on two cores. */
  readonly small?: boolean;
  /** Changes to every experiment, as applySetting takes them. */
  readonly settings?: readonly string[];
  /** Laid over the sweep of every experiment. */
  readonly sweep?: ExperimentInput['sweep'];
  /** The same for its search. */
  readonly search?: ExperimentInput['search'];
}

/** All presets that come with Sluice, the quickstart first, then by figure. */
export function listPresets(): Preset[] {
  const firstFigure = ({ figures }: Preset): number => figures[0] ?? 0;
  return presetNames()
    .map((name) => loadExperiments(presetPath(name)))
    .sort((a, b) => firstFigure(a) - firstFigure(b));
}

/** A preset by its name, or by a figure it makes (`figure-5` is in the file of figure 4). */
export function loadPreset(name: string, options: LoadOptions = {}): Preset {
  const presets = listPresets();
  const figure = Number(/^figure-(\d+)$/.exec(name)?.[1]);
  const found =
    presets.find((preset) => preset.name === name) ?? presets.find(({ figures }) => figures.includes(figure));
  if (!found) {
    const names = presets.map((preset) => preset.name);
    const meant = nearest(name, names);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    throw new SluiceError(
      'unknown-preset',
      `There is no preset "${name}".${hint} Take one of ${names.join(', ')}, or the path of a JSON file.`,
    );
  }
  return loadExperiments(presetPath(found.name), options);
}

/**
 * The experiments of a JSON file, which holds one experiment or a preset. Throws a SluiceError naming the file and
 * what is wrong in it.
 */
export function loadExperiments(
  path: string,
  { small = false, settings = [], sweep, search }: LoadOptions = {},
): Preset {
  const preset = naming(path, () => readPreset(path, small, { settings: [] }));
  // The file is in order by itself, so what may be wrong now is what was set.
  return settings.length === 0 && !sweep && !search ? preset : readPreset(path, small, { settings, sweep, search });
}

type Changes = Required<Pick<LoadOptions, 'settings'>> & Pick<LoadOptions, 'sweep' | 'search'>;

function readPreset(path: string, small: boolean, changes: Changes): Preset {
  const file = readJson(path);
  const name = basename(path, extname(path));
  if (!('experiments' in file)) {
    if (small) throw new SluiceError('no-small-variant', 'a single experiment has no small variant');
    const input = laid([file], changes);
    const { name: title, notes } = parseExperiment(input);
    return { name, title, description: notes, figures: [], hasSmall: false, experiments: experimentsOf(input) };
  }
  const { title, description, paper, figures = [], shared, experiments, ...preset } = checked(file);
  const layers = ({ experiment, small: own }: PresetFile['experiments'][number]): (ExperimentInput | undefined)[] =>
    small ? [shared, experiment, preset.small, own] : [shared, experiment];
  return {
    name,
    title,
    description,
    ...(paper === undefined ? {} : { paper }),
    figures,
    hasSmall: [preset, ...experiments].some((part) => part.small !== undefined),
    experiments: experiments.flatMap((entry) => experimentsOf(laid(layers(entry), changes))),
  };
}

function laid(layers: readonly (ExperimentInput | undefined)[], { settings, sweep, search }: Changes): ExperimentInput {
  const swept = [...layers, ...(sweep ? [{ sweep }] : []), ...(search ? [{ search }] : [])];
  const input = swept.reduce<ExperimentInput>((below, layer) => merge(below, layer ?? {}), {});
  return settings.reduce(applySetting, input);
}

/** The file as it stands: the schema's defaults must not count as said, or a layer would hide those below it. */
function checked(file: object): PresetFile {
  const parsed = presetSchema.safeParse(file, { reportInput: true });
  if (!parsed.success) throwProblems('The preset', problemsOf(parsed.error, presetSchema));
  return file as PresetFile;
}

function readJson(path: string): Fields {
  const value = jsonIn(path);
  if (hasFields(value)) return value;
  throw new SluiceError('bad-file', 'holds no JSON object: expected an experiment or a preset, { … }');
}

function jsonIn(path: string): unknown {
  try {
    return parseJson(utf8Text(readFileSync(path)));
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('bad-file', `cannot be read as JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Runs `read`; what goes wrong in it is told with the file's name in front. */
function naming<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    throw new SluiceError(error.code, `${path}: ${error.message}`, { path: error.path, cause: error });
  }
}

function presetPath(name: string): string {
  return createRequire(import.meta.url).resolve(`#presets/${name}.json`);
}

function presetNames(): string[] {
  return readdirSync(dirname(presetPath('quickstart'))).map((file) => basename(file, '.json'));
}
