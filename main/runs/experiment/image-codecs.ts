import type { DatasetInfo } from '../../data/source.ts';
import { valuesIn } from '../../offload/codecs/codec.ts';
import { imageBytes, memoryBytes } from '../../offload/codecs/parts/image-memory.ts';
import { anyByImage, codecChoice } from '../../offload/codecs/table.ts';
import { codecUses, type CodecSettings } from '../../training/controller.ts';
import { planTrainings } from '../../training/plan.ts';
import { phasesAt } from './budgets.ts';
import type { Experiment } from './experiment.ts';
import type { CutFeatures } from './features.ts';
import { imageCounts } from './image-counts.ts';
import { problem, type Problem } from './problems.ts';

/**
 * Where a codec that compares an image with the one before cannot see the same image twice: augmentation changes it, one epoch
 * shows it once, and a memory that does not hold all images has forgotten it before it comes again.
 */
export function imageCodecProblems(experiment: Experiment, info: DatasetInfo, features: CutFeatures): Problem[] {
  const { codec, dataset } = experiment;
  const uses = (Object.keys(codec) as (keyof CodecSettings)[]).filter((use) => anyByImage(codecChoice(codec[use])));
  const problems = uses.flatMap((use) => useProblems(experiment, use, info, features));
  if (uses.length === 0 || !dataset.augment) return problems;
  const { name } = codecChoice(codec[uses[0]]);
  const why = `with codec.${uses[0]} "${name}", which compares an image with the one before`;
  return [...problems, problem('dataset.augment', true, `false ${why}`)];
}

function useProblems(
  experiment: Experiment,
  use: keyof CodecSettings,
  info: DatasetInfo,
  features: CutFeatures,
): Problem[] {
  const { name } = codecChoice(experiment.codec[use]);
  const [height, width, total] = features.sent;
  const trainings = planTrainings(experiment.method, phasesAt(experiment, features), total).map((phases) =>
    phases.filter(({ budget }) => codecUses(budget).includes(use)),
  );
  const used = trainings.filter((phases) => phases.length > 0);
  if (used.length === 0) return [];
  const epochs = used.map((phases) => phases.reduce((sum, phase) => sum + phase.epochs, 0));
  const maps = Math.max(...used.flat().map(({ budget }) => budget ?? total));
  const images = Math.ceil(imageCounts(experiment, info).train / experiment.sources.count);
  const bytes = images * imageBytes(maps, valuesIn([height, width, maps]));
  const mebibytes = (of: number): number => Math.ceil(of / 2 ** 20);
  return [
    ...(Math.min(...epochs) < 2
      ? [
          problem(
            `codec.${use}`,
            name,
            'another codec, or phases of two epochs together: every image crosses only once',
          ),
        ]
      : []),
    ...(bytes > memoryBytes
      ? [
          problem(
            `codec.${use}`,
            name,
            `another codec, fewer images or fewer maps: ${images} images of ${maps} maps take ${mebibytes(bytes)} MiB ` +
              `at both ends, and ${mebibytes(memoryBytes)} are kept`,
          ),
        ]
      : []),
  ];
}
