import { beforeAll, describe, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { trainingRows } from './training-rows.ts';
import { experimentWith, train, type Trained } from './trained.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const trainings = new Map<string, Promise<Trained>>();

/** What many rows begin from is trained once. */
function trained(...changes: readonly ExperimentInput[]): Promise<Trained> {
  const experiment = experimentWith(...changes);
  const key = JSON.stringify(experiment);
  const known = trainings.get(key) ?? train(experiment);
  trainings.set(key, known);
  return known;
}

describe('a setting reaches the training', () => {
  it.each(Object.entries(trainingRows))('%s', async (_, { from = {}, changed, shows }) => {
    await shows(await trained(from), await trained(from, changed));
  });
});
