import { hasFields } from '../../fields.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Parameters } from '../../runs/tensorboard/events.ts';

/** Fields of an experiment that say nothing of how it trains. */
const labels = new Set(['$schema', 'name', 'notes', 'seeds']);

/** What a run was set to, each setting by its path: `optimiser.learningRate`; lists and null as JSON. */
export function parametersOf({ experiment, seed }: Pick<Run, 'experiment' | 'seed'>): Parameters {
  const settings = Object.entries(experiment).filter(([name]) => !labels.has(name));
  return Object.fromEntries([['seed', seed], ...settings.flatMap(([name, value]) => leaves(name, value))]);
}

function leaves(path: string, value: unknown): [string, string | number | boolean][] {
  if (hasFields(value)) return Object.entries(value).flatMap(([name, below]) => leaves(`${path}.${name}`, below));
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return value === undefined ? [] : [[path, isPlain ? value : JSON.stringify(value)]];
}
