import type { Experiment } from '../experiment/experiment.ts';
import { problem, type Problem } from '../experiment/problems.ts';
import { settingPlace } from '../experiment/setting-place.ts';
import { spaceProblems } from '../sweep/problems.ts';
import type { Search } from './schema.ts';

/** What is wrong with a search by itself, and beside the rest of its experiment. */
export function searchProblems(search: Search, { sweep, seeds }: Pick<Experiment, 'sweep' | 'seeds'>): Problem[] {
  const { settings, floor, maxBytes, rungs } = search;
  const path = 'search.settings';
  const seed = Object.keys(settings).find((name) => settingPlace(name)?.keys[0] === 'seeds');
  const falls = rungs.at?.findIndex((rung, i, all) => i > 0 && rung <= all[i - 1]) ?? -1;
  return [
    ...spaceProblems(settings, path, null),
    ...(seed === undefined
      ? []
      : [{ path: `${path}.${seed}`, text: 'cannot be searched: the best of several seeds is luck' }]),
    ...(floor === undefined && maxBytes === undefined
      ? [{ path: 'search', text: 'has no goal: expected floor, an accuracy, or maxBytes, so many bytes' }]
      : []),
    ...(floor !== undefined && maxBytes !== undefined
      ? [problem('search.maxBytes', maxBytes, 'nothing where there is a floor: the search has one goal')]
      : []),
    ...(falls < 0 ? [] : [problem(`search.rungs.at.${falls}`, rungs.at![falls], `more than ${rungs.at![falls - 1]}`)]),
    ...(sweep ? [{ path: 'search', text: 'cannot be together with a sweep: leave one of them out' }] : []),
    ...(seeds.length > 1
      ? [problem('seeds', seeds, 'one seed with a search: train the best point with others afterwards')]
      : []),
  ];
}
