import { expect, it } from 'vitest';
import { random } from '../../../../main/random.ts';
import { batchesIn, learnedIn, strike, struckRuns } from '../../../support/killed-sources.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, takeUp, temporaryFolder } from '../../../support/run-store.ts';

it.each(struckRuns)(
  '$name: whatever dies when, the half learns from each batch once, and there is a record of each',
  async ({ name, epochs, trainings, input }) => {
    const store = openTestStore(temporaryFolder());
    const run = store.create(experiment(input), 1);
    const session = await takeUp(store, run);
    const { killed } = await strike(session, { folder: temporaryFolder(), random: random(1, name), kills: 8 });
    const expected = batchesIn(epochs, run.experiment.sources.count);
    for (let training = 0; training < trainings; training++) {
      const steps = store.steps(run.id).filter((step) => step.training === training);
      expect(steps.map(({ source, step }) => `${source}.${step}`).sort(), killed.join()).toEqual(expected);
      expect(await learnedIn(session.folder, training), killed.join()).toEqual(expected);
    }
    session.records.verify();
  },
);
