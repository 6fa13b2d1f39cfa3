import type { DatasetInfo } from '../../data/source.ts';
import {
  gradientSections,
  imageBytesOf,
  requestSections,
  totalBytes,
  type Sections,
} from '../../offload/protocol/messages.ts';
import { anyByImage } from '../../offload/codecs/table.ts';
import { countValues } from '../../offload/protocol/sections.ts';
import { codecsFor, codecSettings, type CodecSettings, type OwnCodecs } from '../../training/controller.ts';
import { planTrainings, selectLearningRate } from '../../training/plan.ts';
import type { Budget } from '../../records/column.ts';
import { phasesAt } from './budgets.ts';
import { experimentNetwork } from './check.ts';
import { featuresAt, type CutFeatures } from './features.ts';
import type { Experiment } from './experiment.ts';
import { imageCounts } from './image-counts.ts';

/** A phase as planned, of all sources together. Steps, bytes and epochs are of the phase alone. */
export interface PlannedPhase {
  readonly training: number;
  readonly budget: Budget;
  /** The codecs that it has of its own. */
  readonly own?: OwnCodecs | undefined;
  readonly firstEpoch: number;
  readonly epochs: number;
  readonly steps: number;
  /** Of the source that takes most. */
  readonly mostSteps: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Of its first epoch, selectLr included. */
  readonly learningRate: number;
}

/** Predicted traffic of all training steps, headers included; evaluation is not counted, as in the records. */
export interface PlannedTraffic {
  readonly phases: readonly PlannedPhase[];
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** The same epochs at full budget, and without a module at all. */
  readonly fullBudgetBytes: number;
  readonly plainSplitBytes: number;
  readonly steps: number;
  /** Whether a codec leaves open how many bytes it takes: the bytes are then the most there can be. */
  readonly atMost: boolean;
}

interface Bytes {
  readonly up: number;
  readonly down: number;
  readonly exact: boolean;
}

/**
 * What one run of an experiment will send, from the sizes of its messages: exact for codecs whose size is (an
 * upper bound with others) and ties cut (a lower bound when kept). Label-skewed sources are taken to have
 * equally many samples. Throws what describeCut throws.
 */
export function planTraffic(experiment: Experiment, info: DatasetInfo): PlannedTraffic {
  const { network, cut } = experimentNetwork(experiment, info);
  const images = Math.ceil(imageCounts(experiment, info).train / experiment.sources.count);
  const features = { ...featuresAt(network, cut), images };
  const trainings = planTrainings(experiment.method, phasesAt(experiment, features), features.sent[2]);
  const batches = batchesPerEpoch(experiment, info);
  const steps = batches.reduce((sum, { count }) => sum + count, 0);
  const mostSteps = Math.ceil(images / experiment.batchSize);
  const codecs = codecSettings(experiment.codec);
  let atMost = false;
  const phases = trainings.flatMap((training, index) =>
    training.map((phase, i): PlannedPhase => {
      const { up, down, exact } = epochBytes(batches, features, phase.budget, { ...codecs, own: phase.own });
      atMost ||= !exact;
      return {
        training: index,
        budget: phase.budget,
        own: phase.own,
        firstEpoch: phase.firstEpoch,
        epochs: phase.epochs,
        steps: steps * phase.epochs,
        mostSteps: mostSteps * phase.epochs,
        bytesUp: up * phase.epochs,
        bytesDown: down * phase.epochs,
        learningRate: selectLearningRate(experiment.optimiser.learningRate, experiment.selectLr, i, 0),
      };
    }),
  );
  const sum = (of: (phase: PlannedPhase) => number): number => phases.reduce((total, phase) => total + of(phase), 0);
  const epochs = sum((phase) => phase.epochs);
  const atFull = (at: CutFeatures): number => {
    const { up, down } = epochBytes(batches, at, null, codecs);
    return epochs * (up + down);
  };
  return {
    phases,
    bytesUp: sum((phase) => phase.bytesUp),
    bytesDown: sum((phase) => phase.bytesDown),
    fullBudgetBytes: atFull(features),
    plainSplitBytes: atFull({ ...featuresAt(network, { ...cut, module: null }), images }),
    steps: sum((phase) => phase.steps),
    atMost,
  };
}

/** What the two messages of a training step with so many samples are made of. */
export function stepSections(
  { sent: [height, width, total], clientTrains, classes, images = 0 }: CutFeatures,
  samples: number,
  budget: Budget,
  codecs: CodecSettings,
): { readonly up: Sections; readonly down: Sections } {
  const kept = budget ?? total;
  const { up, down } = codecsFor(budget, codecs);
  const shape = [samples, height, width] as const;
  const imageBytes = anyByImage(up, down) ? imageBytesOf(images) : 0;
  return {
    up: requestSections({ shape, total, kept, gated: budget !== null, classes, imageBytes }, up),
    down: gradientSections([...shape, clientTrains ? kept : 0], down),
  };
}

interface Batches {
  readonly samples: number;
  readonly count: number;
}

/** The batches of an epoch at all sources by their size: the last of each source may be smaller. */
function batchesPerEpoch(experiment: Experiment, info: DatasetInfo): Batches[] {
  const { batchSize, sources } = experiment;
  const { train: samples } = imageCounts(experiment, info);
  const larger = samples % sources.count;
  const share = Math.floor(samples / sources.count);
  return [
    { share: share + 1, sources: larger },
    { share, sources: sources.count - larger },
  ].flatMap((part) => [
    { samples: batchSize, count: Math.floor(part.share / batchSize) * part.sources },
    { samples: part.share % batchSize, count: part.share % batchSize > 0 ? part.sources : 0 },
  ]);
}

/** Throws `message-oversized` for batches that no message can hold. */
function epochBytes(batches: readonly Batches[], features: CutFeatures, budget: Budget, codecs: CodecSettings): Bytes {
  const [height, width, total] = features.sent;
  const bytes = { up: 0, down: 0, exact: true };
  for (const { samples, count } of batches) {
    if (count === 0) continue;
    countValues([samples, height, width, budget ?? total]);
    const { up, down } = stepSections(features, samples, budget, codecs);
    bytes.up += count * totalBytes(up);
    bytes.down += count * totalBytes(down);
    bytes.exact &&= up.exact && down.exact;
  }
  return bytes;
}
