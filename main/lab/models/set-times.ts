import type { SetTimes } from '../../api.ts';
import type { DatasetInfo } from '../../data/source.ts';
import { engineWords } from '../../engine/adapter.ts';
import { requestCost } from '../../planning/costs.ts';
import { plannedCodecs } from '../../planning/of-experiment.ts';
import type { Experiment } from '../../runs/experiment/experiment.ts';
import { parseExperiment } from '../../runs/experiment/parse.ts';
import type { ModelSet } from '../../sets/manifest.ts';
import type { PlannedOn } from '../design/plan-times.ts';

/** What layers of a set are timed by: the experiment it is from, and the images it takes. */
export interface TimedSet {
  readonly experiment: Experiment;
  readonly info: DatasetInfo;
}

/** Throws what parsing throws for an experiment of another version. */
export function timedSet({ run, images: { dataset, shape, classes } }: ModelSet): TimedSet {
  // Times depend on the size of the images and the classes alone.
  const info: DatasetInfo = { name: dataset, shape, classes, trainSamples: 1, testSamples: 1 };
  return { experiment: parseExperiment(run.experiment), info };
}

/** Seconds that both halves of every pair compute for one image, in the order of the pairs. */
export function setTimes({ pairs, cut }: ModelSet, { experiment }: TimedSet, { at, machines }: PlannedOn): SetTimes {
  const [codecs] = plannedCodecs(experiment);
  return {
    engines: machines.map(({ engine: name, device, detail }) => engineWords({ name, device, detail })),
    pairs: pairs.map(({ budget }) => {
      const { client, server } = requestCost({ cut, budget, codecs }, at);
      return { client, server };
    }),
  };
}
