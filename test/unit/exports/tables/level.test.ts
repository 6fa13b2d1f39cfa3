import { expect, it } from 'vitest';
import { requireAboveChance } from '../../../../main/exports/tables/level.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';

const runs = [{ experiment: parseExperiment({ dataset: { name: 'synthetic' } }) }];

it('an accuracy that guessing gives is refused, naming both', () => {
  for (const reach of [0.04, 0.1]) {
    expect(() => requireAboveChance(runs, reach)).toThrow(/is \d+\.0 %: guessing among 10 classes reaches 10\.0 %\./);
  }
  expect(() => requireAboveChance(runs, 0.101)).not.toThrow();
});

it('of runs whose data set is gone nobody knows what guessing gives', () => {
  const gone = { experiment: { ...runs[0].experiment, dataset: { ...runs[0].experiment.dataset, name: 'gone' } } };
  expect(() => requireAboveChance([gone], 0.04)).not.toThrow();
});
