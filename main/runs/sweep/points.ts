import { formatSetting } from '../../charts/differing.ts';
import { SluiceError } from '../../errors.ts';
import { random, type Random } from '../../random.ts';
import type { Experiment, ExperimentInput } from '../experiment/experiment.ts';
import { parseExperiment, readExperiment } from '../experiment/parse.ts';
import { problemWords, wrongWords, type Problem } from '../experiment/problems.ts';
import { withSetting } from '../experiment/settings.ts';
import { isWhole } from './problems.ts';
import type { Sweep } from './schema.ts';
import { drawFrom, levelsOf, sizeOf, type Space } from './space.ts';

/** A combination of a sweep: what each of its settings is there, by the names that the sweep gives them. */
export type PointValues = Readonly<Record<string, unknown>>;

export interface SweepPoint {
  readonly values: PointValues;
  /** Named after its values; null where a field cannot be read. */
  readonly experiment: Experiment | null;
  readonly problems: readonly Problem[];
}

/** `lr=0.03, phases[0].budget=8`. */
export function pointWords(values: PointValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${formatSetting(value)}`)
    .join(', ');
}

/**
 * The experiments that an input means: itself, or one for each combination of its sweep, none of which has a sweep. Throws
 * one SluiceError (`bad-experiment`) for all that is wrong, with the combinations that cannot be.
 */
export function experimentsOf(input: ExperimentInput): Experiment[] {
  const whole = parseExperiment(input);
  if (!whole.sweep) return [whole];
  const points = pointsOf(input, whole.sweep);
  const wrong = points.filter(({ problems }) => problems.length > 0);
  if (wrong.length === 0) return points.map(({ experiment }) => experiment!);
  const lines = wrong.map(({ values, problems }) => `${pointWords(values)}: ${problemWords(problems)}`);
  throw new SluiceError('bad-experiment', wrongWords(lines, points.length, 'combinations of the sweep'), {
    path: 'sweep',
  });
}

/** The combinations of a sound sweep, each with what is wrong with it. What `input` itself says of a sweep is passed over. */
export function pointsOf(input: ExperimentInput, sweep: Sweep): SweepPoint[] {
  const base: ExperimentInput = { ...input, sweep: undefined, search: undefined };
  return valuesOf(sweep).map((values) => pointOf(base, values));
}

/** The experiment of a combination, with what is wrong with it. `base` has no sweep or search of its own. */
export function pointOf(base: ExperimentInput, values: PointValues): SweepPoint {
  try {
    const set = Object.entries(values).reduce((to, [name, value]) => withSetting(to, name, value), base);
    const { experiment, problems } = readExperiment(set);
    return { values, experiment: experiment && named(experiment, values), problems };
  } catch (error) {
    // A phase that there is none of, for one.
    if (!(error instanceof SluiceError)) throw error;
    return { values, experiment: null, problems: [{ path: '', text: error.message }] };
  }
}

const mostLetters = 200;

/** Runs that differ in the seed alone keep their name: they belong together. */
function named(experiment: Experiment, values: PointValues): Experiment {
  const told = Object.entries(values).filter(([name]) => name !== 'seed');
  if (told.length === 0) return experiment;
  const name = `${experiment.name}, ${pointWords(Object.fromEntries(told))}`;
  return { ...experiment, name: name.length > mostLetters ? `${name.slice(0, mostLetters - 1)}…` : name };
}

function valuesOf({ kind, settings, runs, seed }: Sweep): PointValues[] {
  const names = Object.keys(settings);
  if (kind === 'random') return drawn(settings, runs, seed);
  const levels = names.map((name) => levelsOf(settings[name], isWhole(name)) ?? []);
  const point = (values: readonly unknown[]): PointValues =>
    Object.fromEntries(names.map((name, i) => [name, values[i]]));
  if (kind === 'list') return levels[0].map((_, i) => point(levels.map((values) => values[i])));
  return levels
    .reduce<unknown[][]>((points, values) => points.flatMap((point) => values.map((value) => [...point, value])), [[]])
    .map(point);
}

/** So many different points of a space, which has that many; the same for the same seed. */
function drawn(space: Space, count: number, seed: number): PointValues[] {
  const points = drawing(space, random(seed, 'sweep'));
  return Array.from({ length: count }, () => points.next().value!);
}

/** Points of a space as they are drawn, none twice, until it has no more. */
export function* drawing(space: Space, source: Random): Generator<PointValues, undefined> {
  const settings = Object.entries(space).map(([name, values]) => [name, values, isWhole(name)] as const);
  const all = settings.reduce((product, [, values, whole]) => product * sizeOf(values, whole), 1);
  const seen = new Set<string>();
  while (seen.size < all) {
    const point = Object.fromEntries(
      settings.map(([name, values, whole]): [string, unknown] => [name, drawFrom(values, whole, source)]),
    );
    const key = JSON.stringify(point);
    if (seen.has(key)) continue;
    seen.add(key);
    yield point;
  }
}
