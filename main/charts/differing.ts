/** A setting in which experiments differ, by its dotted path; undefined where one does not have it. */
export interface DifferingSetting {
  readonly path: string;
  readonly values: readonly unknown[];
}

/**
 * The settings in which experiments differ, in the order of the first that has them; lists (phases) count as one value
 * each unless they are to be taken apart, and null as none. Names, notes and seeds are no settings.
 */
export function differingSettings(experiments: readonly object[], { apart = false } = {}): DifferingSetting[] {
  const flat = experiments.map((experiment) => new Map(settingsOf(experiment, apart)));
  const paths = [...new Set(flat.flatMap((settings) => [...settings.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((settings) => settings.get(path)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value ?? null))).size > 1);
}

/** The same for experiments that are set the same. */
export function settingsKey(experiment: object): string {
  return JSON.stringify(settingsOf(experiment));
}

const noSettings = ['name', 'notes', 'seeds', '$schema'];

function settingsOf(experiment: object, apart = false): [path: string, value: unknown][] {
  const settings = Object.entries(experiment).filter(([key]) => !noSettings.includes(key));
  return settings.flatMap(([key, value]) => leaves(key, value, apart));
}

function leaves(path: string, value: unknown, apart: boolean): [string, unknown][] {
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && !apart)) return [[path, value]];
  return Object.entries(value).flatMap(([key, below]) => leaves(`${path}.${key}`, below, apart));
}

/** How a setting is shown: phases as `4 × 6, full × 3` (budget × epochs), other lists and objects as JSON. */
export function formatSetting(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (isPhases(value)) return value.map(({ budget, epochs }) => `${budget} × ${epochs}`).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isPhases(value: unknown): value is { budget: number | 'full'; epochs: number }[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof Object && 'budget' in each);
}
