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
  const flat = experiments.map((experiment) => settingsOf(experiment, apart));
  const paths = [...new Set(flat.flatMap((settings) => [...settings.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((settings) => settings.get(path)) }))
    .filter(({ values }) => values.some((value) => !isSame(value, values[0])));
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** The same for experiments that are set the same. */
export function settingsKey(experiment: object): string {
  return JSON.stringify([...settingsOf(experiment)]);
}

const noSettings = ['name', 'notes', 'seeds', '$schema'];

function settingsOf(experiment: object, apart = false): Map<string, unknown> {
  const settings = new Map<string, unknown>();
  for (const [key, value] of Object.entries(experiment)) {
    if (!noSettings.includes(key)) addLeaves(settings, key, value, apart);
  }
  return settings;
}

function addLeaves(to: Map<string, unknown>, path: string, value: unknown, apart: boolean): void {
  if (typeof value !== 'object' || value === null || (Array.isArray(value) && !apart)) to.set(path, value);
  else for (const [key, below] of Object.entries(value)) addLeaves(to, `${path}.${key}`, below, apart);
}

/** How a setting is shown: phases as `4 × 6, full × 3` (budget × epochs, then codecs of their own), other lists and objects as JSON. */
export function formatSetting(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (isPhases(value)) return value.map(phaseWords).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A budget as an experiment has it: `4`, `full`, `256 B`. */
export function budgetWords(budget: WrittenBudget): string {
  return typeof budget === 'object' ? `${budget.bytes} B` : String(budget);
}

type WrittenBudget = number | 'full' | { readonly bytes: number };

interface WrittenPhase {
  readonly budget: WrittenBudget;
  readonly epochs: number;
  readonly codec?: { readonly up?: unknown; readonly down?: unknown };
}

function phaseWords({ budget, epochs, codec: { up, down } = {} }: WrittenPhase): string {
  const own = [up === undefined ? [] : `${formatSetting(up)} ↑`, down === undefined ? [] : `${formatSetting(down)} ↓`];
  return [`${budgetWords(budget)} × ${epochs}`, ...own.flat()].join(' ');
}

function isPhases(value: unknown): value is WrittenPhase[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof Object && 'budget' in each);
}
