import { expect, it } from 'vitest';
import type { Importance } from '../../../main/api/sweeps.ts';
import { launchProcedures } from '../../../main/lab/runs/launch-procedures.ts';
import { openSummaries } from '../../../main/lab/runs/summaries.ts';
import { localLauncher } from '../../../main/processes/run/launcher.ts';
import { createRuns } from '../../../main/runs/life/lifecycle.ts';
import { experimentsOf } from '../../../main/runs/sweep/points.ts';
import { epochRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

const group = 'widths@2026-01-02T03:04:05.000Z';

/** A launch of a sweep over budgets, all of it in the queue, and a run of another. */
async function launched() {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const settings = { 'phases[0].budget': [2, 4, 8], lr: [0.01, 0.1] };
  const runs = await createRuns(store, experimentsOf({ sweep: { settings } }), group);
  const [other] = await createRuns(store, experimentsOf({}), 'other@now');
  for (const { id } of [...runs, other]) store.enqueue(id);
  const lab = launchProcedures({ store, launcher: localLauncher(home, store), changed: () => undefined });
  const summaries = openSummaries(store);
  const statuses = (): string[] => runs.map(({ id }) => summaries.one(id).status);
  return { store, lab, other: other.id, ids: runs.map(({ id }) => id), statuses };
}

it('all runs of a launch pause, go on, stop and are resumed together, and no others', async () => {
  const { store, lab, ids, other, statuses } = await launched();
  const [running, finished] = ids;
  for (const id of [running, finished]) store.setStatus(id, 'running');
  store.setStatus(finished, 'finished');
  await lab.controlLaunch(group, 'pause');
  expect(statuses()).toEqual(['running', 'finished', 'paused', 'paused', 'paused', 'paused']);
  expect([store.wanted(running), store.wanted(other)]).toEqual(['pause', 'run']);
  await lab.controlLaunch(group, 'proceed');
  expect(statuses().slice(2)).toEqual(['queued', 'queued', 'queued', 'queued']);
  await lab.controlLaunch(group, 'stop');
  expect(statuses()).toEqual(['running', 'finished', 'stopped', 'stopped', 'stopped', 'stopped']);
  expect([store.wanted(running), store.get(other).status]).toEqual(['stop', 'queued']);
  store.setStatus(running, 'stopped');
  await lab.controlLaunch(group, 'resume');
  expect(statuses()).toEqual(['queued', 'finished', 'queued', 'queued', 'queued', 'queued']);
  expect(store.queue().map(({ id }) => id)).toEqual(expect.arrayContaining([running, ...ids.slice(2)]));
});

it('says what the settings of a launch did, phases one by one', async () => {
  const { store, lab, ids } = await launched();
  ids.forEach((id, i) => {
    store.setStatus(id, 'running');
    // The budget decides, the learning rate does not.
    const testAccuracy = [0.2, 0.4, 0.6][Math.floor(i / 2)];
    store.append(id, [epochRecord(0, { testAccuracy })]);
    store.setStatus(id, 'finished');
  });
  const outcome = await lab.launched(group);
  expect(outcome.runs).toEqual(ids);
  expect(outcome.settings).toEqual(['phases.0.budget', 'optimiser.learningRate']);
  expect(outcome.values[3]).toEqual([4, 0.1]);
  expect(outcome.importance).toMatchObject({ method: 'anova', runs: 6 });
  const { shares } = outcome.importance as Importance;
  expect(shares.map((share) => share.toFixed(6))).toEqual(['1.000000', '0.000000']);
});
