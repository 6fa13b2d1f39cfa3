/** A setting in which experiments differ, by its dotted path; undefined where one does not have it. */
export interface DifferingSetting {
  readonly path: string;
  readonly values: readonly unknown[];
}

/**
 * The settings in which experiments differ, in the order of the first that has them; lists (phases, seeds) count as one
 * value each, and null as none. Names and notes are no settings.
 */
export function differingSettings(experiments: readonly object[]): DifferingSetting[] {
  const flat = experiments.map((experiment) => new Map(settingsOf(experiment)));
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

function settingsOf(experiment: object): [path: string, value: unknown][] {
  return leaves('', experiment).filter(([path]) => !noSettings.includes(path));
}

function leaves(path: string, value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, below]) => leaves(path === '' ? key : `${path}.${key}`, below));
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
