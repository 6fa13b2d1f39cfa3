import { heldOutOf } from '../../data/held-out.ts';
import type { DatasetInfo } from '../../data/source.ts';
import type { Cut, NetworkSpec } from '../../model/spec.ts';
import { networkSpec } from '../../model/zoo.ts';
import { availableCodecs, codecChoice } from '../../offload/codecs/table.ts';
import { methodNamed } from '../../training/methods/table.ts';
import { phasesAt } from './budgets.ts';
import { featuresAt, type CutFeatures } from './features.ts';
import type { Experiment } from './experiment.ts';
import { imageCodecProblems } from './image-codecs.ts';
import { problem, throwProblems, type Problem } from './problems.ts';
import { unfitCodecs } from './unfit-codecs.ts';

/** The network of an experiment for the images of its data set, and where it is cut. */
export function experimentNetwork(
  { model, split }: Experiment,
  { shape, classes }: DatasetInfo,
): { network: NetworkSpec; cut: Cut } {
  return {
    network: networkSpec(model.name, { input: shape, classes: classes.length, width: model.width }),
    cut: split,
  };
}

/**
 * Whether an experiment suits its data set and network and may be launched: the cut exists, the module fits, budgets are within
 * the maps and no two phases have all of them, there are enough images. Throws a SluiceError naming the fields where it does not.
 */
export function checkExperiment(experiment: Experiment, info: DatasetInfo): void {
  requireFit(experiment, info);
  const { network, cut } = experimentNetwork(experiment, info);
  throwProblems('The experiment', orderProblems(experiment, featuresAt(network, cut)));
}

/** The same for a run that is there already, in which earlier versions may have made two phases of all maps. */
export function requireFit(experiment: Experiment, info: DatasetInfo): void {
  const { network, cut } = experimentNetwork(experiment, info);
  const features = featuresAt(network, cut);
  throwProblems('The experiment', [
    ...budgetProblems(experiment, features),
    ...dataProblems(experiment, info),
    ...codecProblems(experiment),
    ...imageCodecProblems(experiment, info, features),
    ...unfitCodecs(experiment, info, features),
  ]);
}

/**
 * Phases of a method that goes up or down which have all φ maps, as the phase before them has, or as many as that or on the wrong
 * side of it where one of the two is a budget of bytes.
 */
export function orderProblems(experiment: Experiment, crossing: CutFeatures): Problem[] {
  const { method, phases, split } = experiment;
  const { order } = methodNamed(method);
  if (!order?.required || !split.module) return [];
  const [, , maps] = crossing.sent;
  const sizes = phasesAt(experiment, crossing).map(({ budget }) => (budget === 'full' ? maps : budget));
  const rises = order.direction === 'rising';
  const written = (i: number): boolean => typeof phases[i].budget !== 'object';
  const isWrong = (size: number, before: number): boolean => (rises ? size <= before : size >= before);
  const at = sizes.findIndex(
    (size, i) =>
      i > 0 && (written(i) && written(i - 1) ? size === maps && sizes[i - 1] === maps : isWrong(size, sizes[i - 1])),
  );
  if (at < 0) return [];
  const has = sizes[at - 1] === maps ? `all ${maps} maps` : `${sizes[at - 1]} maps`;
  const own = written(at) ? '' : `; this is ${sizes[at]}`;
  const expected = `${rises ? 'more' : 'less'} than the phase before, which has ${has} at layer ${split.layer}${own}`;
  return [problem(`phases.${at}.budget`, phases[at].budget, expected)];
}

/** Budgets beyond the φ maps at the cut. Throws for those of so few bytes that no map is within them. */
export function budgetProblems(experiment: Experiment, crossing: CutFeatures): Problem[] {
  const { split, phases } = experiment;
  if (!split.module) return [];
  phasesAt(experiment, crossing);
  const [, , maps] = crossing.sent;
  return phases.flatMap(({ budget }, i) =>
    typeof budget === 'number' && budget > maps
      ? [problem(`phases.${i}.budget`, budget, `at most ${maps}, the maps at layer ${split.layer}, or "full"`)]
      : [],
  );
}

/** Where a data set has too few images. */
export function dataProblems(experiment: Experiment, info: DatasetInfo): Problem[] {
  const { dataset, validation, sources, batchSize } = experiment;
  const left = (all: number): number => all - heldOutOf(all, validation);
  const samples = left(Math.min(dataset.trainSamples ?? Infinity, info.trainSamples));
  const [most, held] = [left(info.trainSamples), validation === undefined ? '' : ' that are not held out'];
  return [
    ...enough('dataset.trainSamples', dataset.trainSamples, info.trainSamples, info.name),
    ...enough('dataset.testSamples', dataset.testSamples, info.testSamples, info.name),
    ...enoughTested(experiment, info),
    ...(samples < 1 ? [problem('validation', validation, 'a share that leaves an image to train on')] : []),
    ...(samples >= 1 && sources.count > samples
      ? [
          problem(
            'sources.count',
            sources.count,
            `at most ${samples}, the training images${held}, so that each has one`,
          ),
        ]
      : []),
    ...(batchSize > most
      ? [problem('batchSize', batchSize, `at most ${most}, the training images of ${info.name}${held}`)]
      : []),
  ];
}

/** Codecs that this machine lacks, as an old Node lacks zstd. */
export function codecProblems({ codec, phases }: Experiment): Problem[] {
  const available = availableCodecs();
  const written = [
    ...Object.entries(codec).map(([use, input]) => [`codec.${use}`, input] as const),
    ...phases.flatMap((phase, i) =>
      Object.entries(phase.codec ?? {}).map(([direction, input]) => [`phases.${i}.codec.${direction}`, input] as const),
    ),
  ];
  return written.flatMap(([path, input]) => {
    const { name } = codecChoice(input);
    if (available.some((each) => each === name)) return [];
    const expected = `one of ${available.join(', ')}, which this Node ${process.versions.node} has`;
    return [problem(path, name, expected)];
  });
}

function enoughTested({ leakageSamples, dataset }: Experiment, info: DatasetInfo): Problem[] {
  const tested = Math.min(dataset.testSamples ?? Infinity, info.testSamples);
  return leakageSamples !== undefined && leakageSamples > tested
    ? [problem('leakageSamples', leakageSamples, `at most ${tested}, the test images`)]
    : [];
}

function enough(path: string, wanted: number | undefined, there: number, dataset: string): Problem[] {
  return wanted !== undefined && wanted > there
    ? [problem(path, wanted, `at most ${there}, all that ${dataset} has`)]
    : [];
}
