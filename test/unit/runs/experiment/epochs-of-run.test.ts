import { expect, it } from 'vitest';
import { describeDataset } from '../../../../main/data/datasets.ts';
import { epochsOfRun, planLeft, reachedOf } from '../../../../main/runs/experiment/epochs-of-run.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { planTraffic } from '../../../../main/runs/experiment/plan-traffic.ts';
import { epochRecord } from '../../../support/run-records.ts';

const phases = [
  { budget: 'full' as const, epochs: 6 },
  { budget: 4, epochs: 4 },
];
const experiment = parseExperiment({ method: 'prune', phases, stop: { patience: 1 } });
/** Three epochs of the first phase, which then ended, and one of the second. */
const epochs = [0, 0, 0, 1].map((phase, epoch) => epochRecord(epoch, { phase }));

it('a run has the epochs that are planned, but of phases that are over those they had', () => {
  expect(epochsOfRun(experiment, reachedOf([], false))).toBe(10);
  expect(epochsOfRun(experiment, reachedOf(epochs.slice(0, 3), false))).toBe(10);
  expect(epochsOfRun(experiment, reachedOf(epochs, false))).toBe(3 + 4);
  expect(epochsOfRun(experiment, reachedOf(epochs, true))).toBe(4);
  expect(epochsOfRun({ ...experiment, stop: undefined }, reachedOf(epochs, true))).toBe(10);
});

it('so has its plan, with the steps and bytes of these epochs', () => {
  const plan = planTraffic(experiment, describeDataset('synthetic'));
  const left = planLeft(plan, experiment, reachedOf(epochs, false));
  expect(left.phases.map(({ firstEpoch, epochs: count }) => [firstEpoch, count])).toEqual([
    [0, 3],
    [3, 4],
  ]);
  const [first, second] = plan.phases;
  expect(left.steps).toBe(first.steps / 2 + second.steps);
  expect(left.bytesUp).toBeCloseTo(first.bytesUp / 2 + second.bytesUp, 3);
  expect(left.fullBudgetBytes).toBeCloseTo(plan.fullBudgetBytes * 0.7, 3);
  // The pair was made in the first phase: there is no second.
  const over = planLeft(plan, experiment, reachedOf(epochs.slice(0, 2), true));
  expect(over.phases).toMatchObject([{ epochs: 2 }]);
});
