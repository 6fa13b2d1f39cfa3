import type { Experiment, JsonSchema } from '../../../main/api.ts';
import { differences } from '../design/differences.ts';
import { choiceLabel, fieldLabel, fields, shownValue } from '../design/fields.ts';
import { fieldSchema } from '../design/schema.ts';
import { hasFields } from '../../../main/fields.ts';
import { valueAt } from '../design/sparse.ts';

/** One setting of an experiment. */
export interface ExperimentField {
  /** Dotted, as files and flags have it. */
  readonly path: string;
  readonly label: string;
  readonly value: string;
  /** What it would be had nobody set it; null where nobody has. */
  readonly preset: string | null;
}

/** About the run rather than how it trains: the page shows them elsewhere. */
const shownElsewhere: ReadonlySet<string> = new Set(['$schema', 'name', 'notes', 'seeds', 'method']);

/** Every setting: those that differ from the defaults first, and within these in the order of the experiment. */
export function experimentFields(
  experiment: Experiment,
  defaults: Experiment | null,
  schema: JsonSchema | null = null,
): ExperimentField[] {
  const worded = (path: string, value: unknown): string => inWords(path, value, schema);
  const changed = (defaults ? differences(defaults, experiment) : []).map(({ path }) => path);
  const alike = leafPaths(experiment).filter((path) => !changed.some((other) => isWithin(path, other)));
  return [...changed, ...alike]
    .filter((path) => !shownElsewhere.has(path))
    .map((path) => ({
      path,
      label: fieldLabel(path),
      value: worded(path, valueAt(experiment, path)),
      preset: changed.includes(path) ? worded(path, valueAt(defaults, path)) : null,
    }));
}

function leafPaths(value: unknown, path = ''): string[] {
  if (!hasFields(value)) return value === undefined ? [] : [path];
  return Object.entries(value).flatMap(([key, inner]) => leafPaths(inner, path === '' ? key : `${path}.${key}`));
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}

function inWords(path: string, value: unknown, schema: JsonSchema | null): string {
  if (value === undefined) return fields[path]?.empty ?? 'not set';
  const text =
    typeof value === 'string' ? choiceLabel(path, value, schema && fieldSchema(schema, path)) : shownValue(value);
  const unit = typeof value === 'number' ? fields[path]?.unit : undefined;
  return unit === undefined ? text : `${text} ${unit}`;
}
