import type { DatasetInfo } from '../../data/source.ts';
import { codecChoice, codecNamed, type CodecChoice } from '../../offload/codecs/table.ts';
import { codecUses, directions, type OwnCodecs } from '../../training/controller.ts';
import { planTrainings } from '../../training/plan.ts';
import { phasesAt } from './budgets.ts';
import type { Experiment } from './experiment.ts';
import type { CutFeatures } from './features.ts';
import { imageCounts } from './image-counts.ts';
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
    return [...shared, ...ownWritten(i, own, clientTrains)].flatMap(([path, { name, params }]) => {
      const expected = codecNamed(name).unfit?.([samples, height, width, budget ?? total], params);
      return expected ? [problem(path, name, expected)] : [];
    });
  });
  // Each once, for the first phase that shows it.
  return problems.filter(({ path }, i) => problems.findIndex((other) => other.path === path) === i);
}

/** The codecs that a phase has of its own, with their fields: only methods that train all phases in turn leave it any. */
function ownWritten(phase: number, own: OwnCodecs, clientTrains: boolean): (readonly [string, CodecChoice])[] {
  return directions(clientTrains).flatMap((direction) => {
    const choice = own[direction];
    return choice ? [[`phases.${phase}.codec.${direction}`, choice] as const] : [];
  });
}
