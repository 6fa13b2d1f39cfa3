import { openBatches } from '../../main/data/batches.ts';
import { openEngine } from '../../main/engine/engine.ts';
import type { Experiment } from '../../main/runs/experiment/experiment.ts';
import { trainExperiment } from '../../main/runs/life/train-experiment.ts';
import type { Device } from '../../main/training/device.ts';
import { median } from './median.ts';

/** Steps that are recorded, after as many that are not: the first ones compile and take memory. */
const recorded = 8;

/**
 * Really trains an experiment for a few steps, in this process and on one thread. Gives the processor time that the
 * client half takes for a step, in seconds of one core of this machine: the median.
 */
export async function recordClient(experiment: Experiment): Promise<number> {
  await openEngine('cpu', { threads: 1 });
  const { batchSize } = experiment;
  const trainSamples = 2 * recorded * batchSize;
  const data = await openBatches({
    dataset: 'synthetic',
    trainSamples,
    testSamples: 1,
    augment: true,
    batchSize,
    seed: 1,
  });
  const steps: number[] = [];
  let seconds = 0;
  const device: Device = {
    async work(compute) {
      const before = process.cpuUsage();
      const result = await compute();
      const { user, system } = process.cpuUsage(before);
      seconds += (user + system) / 1e6;
      return { result, seconds: 0, waited: 0 };
    },
  };
  for await (const { kind } of trainExperiment(experiment, 1, data, { device })) {
    if (kind === 'step') steps.push(seconds);
    seconds = 0;
    if (steps.length === 2 * recorded) break;
  }
  await data.close();
  return median(steps.slice(recorded));
}
