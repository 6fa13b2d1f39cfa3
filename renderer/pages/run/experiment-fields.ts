import type { Experiment } from '../../../main/api.ts';

/** One setting of an experiment, by its dotted path. */
export interface ExperimentField {
  readonly path: string;
  readonly value: string;
  /** What it would be had nobody set it; null when that is not known. */
  readonly preset: string | null;
  readonly changed: boolean;
}

/** About the run rather than how it trains: the page shows them elsewhere. */
const shownElsewhere: ReadonlySet<string> = new Set(['$schema', 'name', 'notes', 'seeds', 'method']);

/** Every setting with its default beside it, those that were changed first; in the order of the experiment otherwise. */
export function experimentFields(experiment: Experiment, defaults: Experiment | null): ExperimentField[] {
  const presets = defaults ? new Map(flatten(defaults)) : null;
  const fields = flatten(experiment)
    .filter(([path]) => !shownElsewhere.has(path))
    .map(([path, value]): ExperimentField => {
      const preset = presets ? (presets.get(path) ?? unset) : null;
      return { path, value, preset, changed: preset !== null && preset !== value };
    });
  return [...fields.filter(({ changed }) => changed), ...fields.filter(({ changed }) => !changed)];
}

/** What stands for a field that has no value. */
const unset = 'not set';

function flatten(value: unknown, path = ''): [path: string, text: string][] {
  if (path === 'phases') return [[path, phasesText(value as Experiment['phases'])]];
  if (Array.isArray(value)) return [[path, value.join(', ')]];
  if (value === null) return [[path, 'none']];
  if (typeof value !== 'object') return value === undefined ? [] : [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
}

/** `4 for 15 epochs, full for 7`. */
function phasesText(phases: Experiment['phases']): string {
  return phases
    .map(({ budget, epochs }, i) => `${budget} for ${epochs}${i === 0 ? (epochs === 1 ? ' epoch' : ' epochs') : ''}`)
    .join(', ');
}
