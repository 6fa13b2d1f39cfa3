import { describe, expect, it } from 'vitest';
import { describeDataset } from '../../../main/data/datasets.ts';
import { availableCodecs, codecChoice, keyOf } from '../../../main/offload/codecs/table.ts';
import { evaluationCost, stepCost, type Circumstances } from '../../../main/planning/costs.ts';
import { linkSeconds, loadOf, timedSchedule } from '../../../main/planning/schedule.ts';
import { experimentNetwork } from '../../../main/runs/experiment/check.ts';
import type { ExperimentInput } from '../../../main/runs/experiment/experiment.ts';
import { linkOf } from '../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';
import { planTraffic } from '../../../main/runs/experiment/plan-traffic.ts';
import { codecSettings } from '../../../main/training/controller.ts';
import { useHome } from '../../support/datasets.ts';

const wire = Object.fromEntries(availableCodecs().map((name) => [keyOf(codecChoice(name)), { message: 0, value: 0 }]));
const half = () => ({ train: 0.02, infer: 0.005 });

function planned(input: ExperimentInput) {
  useHome();
  const info = describeDataset('synthetic');
  const experiment = parseExperiment({
    model: { name: 'cnn', width: 0.125 },
    split: { layer: 3 },
    dataset: { trainSamples: 100, testSamples: 40 },
    batchSize: 16,
    phases: [
      { budget: 2, epochs: 2 },
      { budget: 'full', epochs: 1 },
    ],
    ...input,
  });
  const { network } = experimentNetwork(experiment, info);
  const compute = { client: half, server: half };
  const at: Circumstances = {
    network,
    batchSize: experiment.batchSize,
    momentum: 0,
    link: linkOf(experiment),
    compute: { batch: compute, one: compute },
    wire,
    device: { cpuShare: 1, busyCores: 1 },
  };
  return { info, experiment, at, schedule: timedSchedule(experiment, info, at, null) };
}

describe('timedSchedule', () => {
  it('is the steps of all phases and the tests after their epochs, small last batches included', () => {
    const { info, experiment, at, schedule } = planned({ link: 'lte' });
    const choice = { cut: experiment.split, budget: 2, codecs: codecSettings(experiment.codec) };
    const epoch = 6 * stepCost(choice, at).seconds + stepCost(choice, at, 4).seconds;
    const test = 2 * evaluationCost(choice, at).seconds + evaluationCost(choice, at, 8).seconds;
    const [first] = schedule.phases;
    expect(first.seconds).toBeCloseTo(2 * epoch, 9);
    expect(first.testSeconds).toBeCloseTo(2 * test, 9);
    const traffic = planTraffic(experiment, info);
    expect(schedule.bytes).toBe(traffic.bytesUp + traffic.bytesDown);
    expect(schedule.phases.map(({ budget }) => budget)).toEqual([2, null]);
    expect(schedule.seconds).toBeCloseTo(schedule.phases[0].seconds + schedule.phases[1].seconds, 9);
  });

  it('counts the images that are held out among the tests, and not among those trained on', () => {
    const { experiment, at, schedule } = planned({ link: 'lte', validation: 0.2 });
    const choice = { cut: experiment.split, budget: 2, codecs: codecSettings(experiment.codec) };
    const test = 2 * evaluationCost(choice, at).seconds + evaluationCost(choice, at, 8).seconds;
    const validation = evaluationCost(choice, at).seconds + evaluationCost(choice, at, 4).seconds;
    expect(schedule.phases[0].seconds).toBeCloseTo(2 * 5 * stepCost(choice, at).seconds, 9);
    expect(schedule.phases[0].testSeconds).toBeCloseTo(2 * (test + validation), 9);
  });

  it('changes with the link alone', () => {
    const seconds = (['ethernet', 'lte', '3g'] as const).map((link) => planned({ link }).schedule.seconds);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(seconds[2]).toBeGreaterThan(2 * seconds[0]);
  });

  it('has sources wait for the server they share, and for a channel', () => {
    const step = (input: ExperimentInput): number => planned(input).schedule.phases[1].stepSeconds;
    const alone = step({});
    expect(alone).toBeCloseTo(0.04, 9);
    // Two take turns at a server that is busy half the time; of four, three wait.
    expect(step({ sources: { count: 2 } })).toBeCloseTo(0.04, 3);
    expect(step({ sources: { count: 4 } })).toBeCloseTo(4 * 0.02, 2);
    const slow = { up: 2, down: 2, rttMs: 0, jitterMs: 0, loss: 0 };
    const shared = step({ sources: { count: 4 }, link: { ...slow, shared: true } });
    expect(shared).toBeGreaterThan(3 * step({ sources: { count: 4 }, link: { ...slow, shared: false } }));
  });

  it('has sources wait for the cores of one machine', () => {
    const { experiment, info, at } = planned({ sources: { count: 4 } });
    const { phases } = timedSchedule(experiment, info, at, 1);
    expect(phases[0].stepSeconds).toBeCloseTo(4 * 0.04, 9);
  });
});

describe('loadOf', () => {
  it('leaves what is neither channel nor server to the device', () => {
    const { experiment, at } = planned({ link: 'lte' });
    const choice = { cut: experiment.split, budget: null, codecs: codecSettings(experiment.codec) };
    const cost = stepCost(choice, at);
    const { client, server, up, down, delay } = loadOf(at, cost);
    expect(client + server + up + down + 2 * delay).toBeCloseTo(cost.seconds, 12);
    expect(client).toBeCloseTo(0.02, 9);
  });
});

describe('linkSeconds', () => {
  it('is nothing without a link, and what messages take of it with one', () => {
    const { experiment, info } = planned({ dataset: { trainSamples: 96, testSamples: 8 } });
    expect(linkSeconds(experiment, info, null)).toBe(0);
    const link = { up: 8, down: 8, rttMs: 10, jitterMs: 0, loss: 0, shared: false };
    const { bytesUp, bytesDown, steps } = planTraffic(experiment, info);
    const expected = (bytesUp + bytesDown) / 1e6 + steps * 0.01;
    expect(linkSeconds(experiment, info, link) / expected).toBeCloseTo(1, 2);
  });
});
