import type { BatchSource } from '../../data/source.ts';
import { buildClient, buildServer } from '../../model/build.ts';
import type { Cut, NetworkSpec } from '../../model/spec.ts';
import type { CodecChoice } from '../../offload/codecs/table.ts';
import { requestSections, totalBytes } from '../../offload/protocol/messages.ts';
import { clientHalf } from '../../training/client.ts';
import { codecsFor, codecSettings, scheduled, type CodecSettings, type OwnCodecs } from '../../training/controller.ts';
import { inProcessOffloader } from '../../training/in-process.ts';
import { leakageMeter } from '../../training/leakage.ts';
import type { Offloader } from '../../training/offloader.ts';
import { planTrainings } from '../../training/plan.ts';
import type { Budget } from '../../records/column.ts';
import { serverHalf } from '../../training/server.ts';
import type { TrainingEvent } from '../../training/snapshot.ts';
import type { SplitNetwork } from '../../training/split-network.ts';
import { train, type TrainOptions } from '../../training/train.ts';
import { phasesAt } from '../experiment/budgets.ts';
import { experimentNetwork } from '../experiment/check.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { featuresAt } from '../experiment/features.ts';

/** The server half that a client half wants. */
export interface ServerRequest {
  readonly training: number;
  readonly network: NetworkSpec;
  readonly cut: Cut;
  /** Whether the client has weights of its own; if not, the answers carry no gradient. */
  readonly clientTrains: boolean;
  /** Those that its messages may be in. */
  readonly codecs: readonly CodecChoice[];
}

export interface TrainExperimentOptions extends Pick<
  TrainOptions,
  'resume' | 'signal' | 'source' | 'device' | 'judge'
> {
  /** Finds the server half elsewhere; without it one is built here, in this process. */
  readonly connect?: (request: ServerRequest) => Promise<Offloader>;
}

/** Trains one run of an experiment that was checked, or the part of one data source. Every message is encoded, wherever the server half is. */
export function trainExperiment(
  experiment: Experiment,
  seed: number,
  data: BatchSource,
  { connect, ...options }: TrainExperimentOptions,
): AsyncGenerator<TrainingEvent> {
  const split = experimentNetwork(experiment, data.info);
  const features = featuresAt(split.network, split.cut);
  const build = connect ?? ((request) => Promise.resolve(serverHere(experiment, seed, request)));
  const codecs = codecSettings(experiment.codec);
  const trainings = planTrainings(experiment.method, phasesAt(experiment, features), features.sent[2]);
  const controller = scheduled(codecs, trainings.flat());
  const place = { ...split, codecs: controller.codecs };
  const { leakageSamples } = experiment;
  return train({
    ...options,
    trainings,
    open: (training) => openSplit({ experiment, seed, codecs }, { ...place, training }, build),
    data,
    controller,
    seed,
    learningRate: experiment.optimiser.learningRate,
    selectLr: experiment.selectLr,
    checkpointSteps: experiment.checkpointSteps,
    averageEpochs: experiment.sources.averageEpochs,
    leakage: leakageSamples === undefined ? undefined : leakageMeter(data, leakageSamples, seed),
  });
}

interface TrainingSettings {
  readonly experiment: Experiment;
  readonly seed: number;
  readonly codecs: CodecSettings;
}

async function openSplit(
  { experiment: { optimiser, gate }, seed, codecs }: TrainingSettings,
  place: Omit<ServerRequest, 'clientTrains'>,
  connect: NonNullable<TrainExperimentOptions['connect']>,
): Promise<SplitNetwork> {
  const { network, cut } = place;
  const clientNetwork = buildClient(network, cut, { seed });
  const client = clientHalf(clientNetwork, { input: network.input, gate, optimiser, seed });
  try {
    const server = await connect({ ...place, clientTrains: client.trainable });
    return {
      client,
      server,
      inferenceBytes(budget: Budget, own?: OwnCodecs) {
        const [height, width, total] = clientNetwork.cutShape;
        const kept = budget ?? total;
        const extent = { shape: [1, height, width], total, kept, gated: budget !== null, classes: 0 } as const;
        return totalBytes(requestSections(extent, codecsFor(budget, { ...codecs, own }).up));
      },
      async dispose() {
        client.dispose();
        await server.close();
      },
    };
  } catch (error) {
    client.dispose();
    throw error;
  }
}

/** A server half in this process. */
export function serverHere(
  { optimiser }: Experiment,
  seed: number,
  { network, cut, clientTrains, codecs }: ServerRequest,
): Offloader {
  const half = serverHalf(buildServer(network, cut, { seed }), {
    classes: network.classes,
    optimiser,
    seed,
    clientTrains,
  });
  return inProcessOffloader(half, codecs, seed);
}
