import type { BatchSource } from '../data/source.ts';
import { buildClient, buildServer } from '../model/build.ts';
import { describeCut } from '../model/describe.ts';
import { requestSections, totalBytes } from '../offload/messages.ts';
import { clientHalf } from '../training/client.ts';
import { inProcessOffloader } from '../training/in-process.ts';
import { planTrainings } from '../training/plan.ts';
import type { Budget } from '../training/records.ts';
import { serverHalf } from '../training/server.ts';
import type { Snapshot, TrainingEvent } from '../training/snapshot.ts';
import { train, type SplitNetwork } from '../training/train.ts';
import { checkExperiment, experimentNetwork } from './check.ts';
import type { Experiment } from './experiment.ts';

/** Trains one run of an experiment in this process, server half included; every message is encoded all the same. */
export function trainExperiment(
  experiment: Experiment,
  seed: number,
  data: BatchSource,
  options: { readonly resume?: Snapshot; readonly signal: AbortSignal },
): AsyncGenerator<TrainingEvent> {
  checkExperiment(experiment, data.info);
  const split = experimentNetwork(experiment, data.info);
  const { sent } = describeCut(split.network, split.cut);
  return train({
    ...options,
    trainings: planTrainings(experiment.method, experiment.phases, sent[2]),
    open: () => Promise.resolve(openInProcess(experiment, seed, split)),
    data,
    seed,
    learningRate: experiment.optimiser.learningRate,
    selectLr: experiment.selectLr,
    checkpointSteps: experiment.checkpointSteps,
  });
}

function openInProcess(
  { optimiser, gate, codec }: Experiment,
  seed: number,
  { network, cut }: ReturnType<typeof experimentNetwork>,
): SplitNetwork {
  const clientNetwork = buildClient(network, cut, { seed });
  const client = clientHalf(clientNetwork, { input: network.input, gate, optimiser, seed });
  const server = serverHalf(buildServer(network, cut, { seed }), {
    classes: network.classes,
    optimiser,
    seed,
    clientTrains: client.trainable,
  });
  return {
    client,
    server: inProcessOffloader(server, codec),
    inferenceBytes(budget: Budget) {
      const [height, width, total] = clientNetwork.cutShape;
      const kept = budget ?? total;
      const extent = { shape: [1, height, width], total, kept, gated: budget !== null, classes: 0 } as const;
      return totalBytes(requestSections(extent, budget === null ? codec.full : codec.up));
    },
    dispose() {
      client.dispose();
      server.dispose();
      return Promise.resolve();
    },
  };
}
