import type { DatasetInfo } from '../../data/source.ts';
import { codecChoice, codecNamed } from '../../offload/codecs/table.ts';
import { codecUses } from '../../training/controller.ts';
import { planTrainings } from '../../training/plan.ts';
import { phasesAt } from './budgets.ts';
import type { Experiment } from './experiment.ts';
import type { CutFeatures } from './features.ts';
import { imageCounts } from './image-counts.ts';
import { ownFields } from './own-fields.ts';
import { problem, type Problem } from './problems.ts';

/** Codecs that make no sense for the batches of a phase, as a codebook that is larger than what it saves. */
export function unfitCodecs(experiment: Experiment, info: DatasetInfo, features: CutFeatures): Problem[] {
  const { sent, clientTrains } = features;
  const [height, width, total] = sent;
  const share = Math.ceil(imageCounts(experiment, info).train / experiment.sources.count);
  const samples = Math.min(experiment.batchSize, share);
  const phases = planTrainings(experiment.method, phasesAt(experiment, features), total).flat();
  const problems = phases.flatMap(({ budget, own = {} }, i) => {
    const shared = codecUses(budget, clientTrains, own).map(
      (use) => [`codec.${use}`, codecChoice(experiment.codec[use])] as const,
    );
    // Only methods that train all phases in turn leave a phase any of its own.
    const ofPhase = ownFields(i, own, clientTrains).map(({ path, choice }) => [path, choice] as const);
    return [...shared, ...ofPhase].flatMap(([path, { name, params }]) => {
      const expected = codecNamed(name).unfit?.([samples, height, width, budget ?? total], params);
      return expected ? [problem(path, name, expected)] : [];
    });
  });
  // Each once, for the first phase that shows it.
  return problems.filter(({ path }, i) => problems.findIndex((other) => other.path === path) === i);
}
