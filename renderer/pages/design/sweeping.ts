import type { Sweep, Values } from '../../../main/api/sweeps.ts';
import type { ExperimentInput } from '../../../main/api.ts';
import { fieldLabel, fields } from './fields.ts';
import { valueAt } from './sparse.ts';

/** What the form does to the sweep and the search of an experiment. */

export type SweepInput = NonNullable<ExperimentInput['sweep']>;
export type SearchInput = NonNullable<ExperimentInput['search']>;
/** Settings by their names, each with its values. */
export type Space = SweepInput['settings'];
export type SweepChoice = 'none' | Sweep['kind'];

/** About the experiment as a whole, or parts that only make sense together. */
const unswept = /^(name|notes|seeds|phases|link\.|sweep|search|split\.module$|engine\.)/;

export interface SweptSetting {
  readonly value: string;
  readonly label: string;
  readonly hint: string;
}

/** What is asked most often, in the order that it is added. */
const usual = ['optimiser.learningRate', 'phases[0].budget', 'gate.delta', 'split.layer', 'model.width', 'batchSize'];

/** The settings that can be swept, those of so many phases one by one. */
export function sweepable(phases: number): SweptSetting[] {
  const each = Array.from({ length: phases }, (_, i) => [`phases[${i}].budget`, `phases[${i}].epochs`]).flat();
  const plain = Object.keys(fields).filter((path) => !unswept.test(path));
  const all = [...plain, ...each, 'seed'];
  const first = usual.filter((path) => all.includes(path));
  return [...new Set([...first, ...all])].map((path) => ({ value: path, label: fieldLabel(path), hint: path }));
}

/** The values that a setting begins with: what it is now, and something beside it. */
export function firstValues(now: unknown, choices: readonly string[]): Values {
  if (choices.length > 1) return [...choices];
  if (typeof now === 'boolean') return [false, true];
  if (typeof now !== 'number') return now === undefined ? [1, 2] : [now];
  return Number.isInteger(now) ? [now, 2 * now] : [Number((now / 2).toPrecision(6)), now];
}

/** A sweep with the first setting that has not been taken, of a kind. */
export function begun(kind: Sweep['kind'], before: SweepInput | undefined, values: Values): SweepInput {
  return before ? { ...before, kind } : { kind, settings: { 'optimiser.learningRate': values } };
}

/** A search as it begins, with all that it has, so that the form shows it. */
export function begunSearch(values: Values): SearchInput {
  const rungs = { unit: 'bytes', count: 4, reduction: 3 } as const;
  return { floor: 0.5, settings: { 'optimiser.learningRate': values }, trials: 20, seed: 1, rungs };
}

/** Another setting in the place of one, in its order. */
export function withRenamed(space: Space, name: string, to: string, values: Values): Space {
  return Object.fromEntries(
    Object.entries(space).map((entry) => (entry[0] === name ? ([to, values] as const) : entry)),
  );
}

export function withoutKey(space: Space, name: string): Space {
  return Object.fromEntries(Object.entries(space).filter(([other]) => other !== name));
}

/** The value of a setting by the name that a sweep gives it. */
export function settingValue(experiment: unknown, name: string): unknown {
  if (name === 'seed') return valueAt(experiment, 'seeds.0');
  return valueAt(experiment, dotted(name));
}

export function dotted(name: string): string {
  return name === 'lr' ? 'optimiser.learningRate' : name.replaceAll(/\[(\d+)\]/g, '.$1');
}

/** As values for the form, where the schema leaves more out. */
export function asValues(values: Space[string]): Values {
  return Array.isArray(values) ? values : { scale: 'linear', ...values };
}
