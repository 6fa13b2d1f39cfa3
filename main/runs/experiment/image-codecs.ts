import type { DatasetInfo } from '../../data/source.ts';
import { valuesIn } from '../../offload/codecs/codec.ts';
import { imageBytes, memoryBytes } from '../../offload/codecs/parts/image-memory.ts';
import { anyByImage, codecChoice, sameCodec, type CodecChoice } from '../../offload/codecs/table.ts';
import { codecUses, ownCodecs, type CodecUse, type OwnCodecs } from '../../training/controller.ts';
import { planTrainings, type PlannedEpochs } from '../../training/plan.ts';
import { phasesAt } from './budgets.ts';
import type { Experiment } from './experiment.ts';
import type { CutFeatures } from './features.ts';
import { imageCounts } from './image-counts.ts';
import { ownFields } from './own-fields.ts';
import { problem, type Problem } from './problems.ts';

/**
 * Where a codec that compares an image with the one before cannot see the same image twice: augmentation changes it, one epoch
 * shows it once, and a memory that does not hold all images has forgotten it before it comes again.
 */
export function imageCodecProblems(experiment: Experiment, info: DatasetInfo, features: CutFeatures): Problem[] {
  const { codec, dataset, phases } = experiment;
  const places = [
    ...(Object.keys(codec) as CodecUse[]).map((use): Place => ({
      path: `codec.${use}`,
      choice: codecChoice(codec[use]),
      isUsed: ({ budget, own }) => codecUses(budget, true, own).includes(use),
    })),
    ...phases.flatMap((phase, i) => ownPlaces(i, ownCodecs(phase.codec))),
  ].filter(({ choice }) => anyByImage(choice));
  const problems = places.flatMap((place) => placeProblems(experiment, place, info, features));
  if (places.length === 0 || !dataset.augment) return problems;
  const [{ path, choice }] = places;
  const why = `with ${path} "${choice.name}", which compares an image with the one before`;
  return [...problems, problem('dataset.augment', true, `false ${why}`)];
}

/** A field that names a codec, and the phases that it encodes. */
interface Place {
  readonly path: string;
  readonly choice: CodecChoice;
  readonly isUsed: (phase: PlannedEpochs) => boolean;
}

/** Phases that have the same codec of their own share what it remembers. */
function ownPlaces(phase: number, own: OwnCodecs | undefined): Place[] {
  return ownFields(phase, own).map(({ path, direction, choice }) => ({
    path,
    choice,
    isUsed: ({ own: other }) => other?.[direction] !== undefined && sameCodec(other[direction], choice),
  }));
}

function placeProblems(
  experiment: Experiment,
  { path, choice: { name }, isUsed }: Place,
  info: DatasetInfo,
  features: CutFeatures,
): Problem[] {
  const [height, width, total] = features.sent;
  const trainings = planTrainings(experiment.method, phasesAt(experiment, features), total).map((phases) =>
    phases.filter(isUsed),
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
      ? [problem(path, name, 'another codec, or phases of two epochs together: every image crosses only once')]
      : []),
    ...(bytes > memoryBytes
      ? [
          problem(
            path,
            name,
            `another codec, fewer images or fewer maps: ${images} images of ${maps} maps take ${mebibytes(bytes)} MiB ` +
              `at both ends, and ${mebibytes(memoryBytes)} are kept`,
          ),
        ]
      : []),
  ];
}
