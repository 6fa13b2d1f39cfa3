import { experimentSchema } from '../experiment/experiment.ts';
import { problem, takesWhole, type Problem } from '../experiment/problems.ts';
import { settingPlace } from '../experiment/setting-place.ts';
import type { Sweep } from './schema.ts';
import { levelsOf, mostPoints, sizeOf, type Space } from './space.ts';
import { isRange } from './values.ts';

/** What is wrong with a sweep by itself. */
export function sweepProblems(sweep: Sweep): Problem[] {
  const { kind, settings } = sweep;
  const names = Object.keys(settings);
  const problems = spaceProblems(settings, 'sweep.settings', kind === 'random' ? null : kind);
  if (problems.length > 0) return problems;
  const sizes = names.map((name) => sizeOf(settings[name], isWhole(name)));
  const all = sizes.reduce((product, size) => product * size, 1);
  if (kind === 'random' && sweep.runs > all) {
    return [problem('sweep.runs', sweep.runs, `at most ${all}, the combinations there are`)];
  }
  const levels = kind === 'random' ? [] : names.map((name) => levelsOf(settings[name], isWhole(name))?.length ?? 0);
  const grid = levels.reduce((product, count) => product * count, 1);
  if (kind === 'grid' && grid > mostPoints) {
    return [{ path: 'sweep.settings', text: `makes ${grid} combinations: expected at most ${mostPoints}` }];
  }
  const uneven = kind === 'list' ? levels.findIndex((count) => count !== levels[0]) : -1;
  return uneven < 0 ? [] : [countProblem(names[uneven], levels[uneven], `${levels[0]}, as ${names[0]} has`)];
}

/** What is wrong with a space that stands at a path. `counted` names what goes through all of it: then ranges have to end. */
export function spaceProblems(space: Space, path: string, counted: string | null): Problem[] {
  const names = Object.keys(space);
  if (names.length === 0) return [{ path, text: 'is empty: expected one setting or more' }];
  return names.flatMap((name) => settingProblems(name, space, `${path}.${name}`, counted));
}

/** What is about sweep and search, the text about the experiment, is no setting. */
const noSettings = ['sweep', 'search', 'notes', '$schema', '$input'];

function settingProblems(name: string, space: Space, path: string, counted: string | null): Problem[] {
  const all = Object.keys(space);
  const keys = settingPlace(name)?.keys;
  if (!keys || noSettings.includes(keys[0])) return [{ path, text: 'is no setting that can be swept' }];
  const first = all.find((other) => settingPlace(other)?.keys.join('.') === keys.join('.'));
  if (first !== name) return [{ path, text: `is the same setting as ${first}: leave one of them out` }];
  const values = space[name];
  if (!isRange(values)) {
    const twice = values.find((value, i) => values.findIndex((other) => sameJson(other, value)) < i);
    return twice === undefined ? [] : [problem(path, twice, 'every value once')];
  }
  const { from, to, scale } = values;
  if (from >= to) return [problem(`${path}.to`, to, `more than ${from}, where the range begins`)];
  if (scale === 'log' && from <= 0) return [problem(`${path}.from`, from, 'more than 0 on a logarithmic scale')];
  if (counted === null || levelsOf(values, isWhole(name))) return [];
  return [{ path: `${path}.count`, text: `is missing: expected how many values of the range a ${counted} has` }];
}

function countProblem(name: string, count: number, expected: string): Problem {
  return { path: `sweep.settings.${name}`, text: `has ${count} values: expected ${expected}` };
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether a setting is a whole number, or one among other things. */
export function isWhole(name: string): boolean {
  const keys = settingPlace(name)?.keys ?? [];
  return takesWhole(experimentSchema, name === 'seed' ? [...keys, '0'] : keys);
}
