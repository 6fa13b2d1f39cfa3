import type { BatchSource } from '../../../../main/data/source.ts';
import { merge } from '../../../../main/fields.ts';
import { buildClient, buildServer } from '../../../../main/model/build.ts';
import type { StateDict } from '../../../../main/model/state.ts';
import type { EvaluateRequest, Score, StepRequest } from '../../../../main/offload/protocol/messages.ts';
import { experimentNetwork } from '../../../../main/runs/experiment/check.ts';
import type { Experiment, ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { serverHere, trainExperiment } from '../../../../main/runs/life/train-experiment.ts';
import { clientHalf } from '../../../../main/training/client.ts';
import { half } from '../../../../main/training/half.ts';
import type { Offloader } from '../../../../main/training/offloader.ts';
import type { EpochRecord, PairRecord, StepRecord } from '../../../../main/records/record.ts';
import type { TrainingEvent } from '../../../../main/training/snapshot.ts';
import { noise, noiseSource } from '../../../support/halves.ts';
import { checkpointsOf, eventsOf } from '../../../support/training.ts';

/** A tiny network on noise: budget 2 of 4 maps for two epochs of three steps, then one at full budget. */
const base: ExperimentInput = {
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  phases: [
    { budget: 2, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ],
  gate: { delta: 0.1 },
  optimiser: { learningRate: 0.1, weightDecay: 0.01 },
  batchSize: 4,
  checkpointSteps: 1,
  processes: 'one',
};

export function experimentWith(...changes: readonly ExperimentInput[]): Experiment {
  return parseExperiment(changes.reduce<ExperimentInput>((below, change) => merge(below, change), base));
}

/** 11 training images and 6 test images of noise, the last batch of each smaller: the same whatever is set. */
export const data: BatchSource = (() => {
  const network = { name: 'noise', input: [8, 8, 3], classes: 3, body: [], head: [] } as const;
  const source = noiseSource(network);
  return {
    ...source,
    async *test() {
      yield await Promise.resolve(noise('test 0', network, 4));
      yield await Promise.resolve(noise('test 1', network, 2));
    },
  };
})();

/** All weights of both halves by their names, without running statistics; the server's behind `server.`. */
export type Weights = Readonly<Record<string, Float32Array>>;

/** What came of a training, and what crossed between its halves. */
export interface Trained {
  readonly experiment: Experiment;
  readonly events: readonly TrainingEvent[];
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly pairs: readonly PairRecord[];
  /** Before any step, and after so many. */
  readonly weights: (steps: number) => Weights;
  readonly requests: readonly StepRequest[];
  readonly evaluations: readonly { readonly request: EvaluateRequest; readonly score: Score }[];
  /** SplitFed: the rounds of averaging and the samples that each was weighed by. */
  readonly averages: readonly (readonly [round: number, samples: number])[];
}

/** Trains as a run does, in this process. */
export async function train(experiment: Experiment, seed = 1): Promise<Trained> {
  const requests: StepRequest[] = [];
  const evaluations: { request: EvaluateRequest; score: Score }[] = [];
  const averages: [number, number][] = [];
  const events = await eventsOf(
    trainExperiment(experiment, seed, data, {
      connect: (request) => {
        const server = serverHere(experiment, seed, request);
        return Promise.resolve<Offloader>({
          ...server,
          step: (step, codecs) => {
            requests.push(structuredClone(step));
            return server.step(step, codecs);
          },
          async evaluate(evaluated, codec) {
            const score = await server.evaluate(evaluated, codec);
            evaluations.push({ request: structuredClone(evaluated), score });
            return score;
          },
          average: (round, samples, weights) => {
            averages.push([round, samples]);
            return Promise.resolve(weights);
          },
        });
      },
    }),
  );
  const initial = await initialWeights(experiment, seed);
  const records = events.filter((event) => event.kind !== 'checkpoint');
  return {
    experiment,
    events,
    steps: records.filter((record) => record.kind === 'step'),
    epochs: records.filter((record) => record.kind === 'epoch'),
    pairs: records.filter((record) => record.kind === 'pair'),
    requests,
    evaluations,
    averages,
    weights(steps) {
      if (steps === 0) return initial;
      const { client, server } = checkpointsOf(events).find(
        ({ snapshot }) => snapshot.position.step === steps,
      )!.snapshot;
      return weightsOf(client.weights, server.kind === 'state' ? server.state.weights : {});
    },
  };
}

/** Those that both halves are built with. */
export async function initialWeights(experiment: Experiment, seed: number): Promise<Weights> {
  const { network, cut } = experimentNetwork(experiment, data.info);
  const settings = { momentum: 0, weightDecay: 0 };
  const { module, layers } = buildServer(network, cut, { seed });
  const server = half([layers, module], settings);
  const options = { input: network.input, gate: experiment.gate, optimiser: settings, seed };
  const client = clientHalf(buildClient(network, cut, { seed }), options);
  const states = await Promise.all([client.read(), server.read()]);
  client.dispose();
  server.dispose();
  return weightsOf(states[0].weights, states[1].weights);
}

function weightsOf(client: StateDict, server: StateDict): Weights {
  const named = (state: StateDict, prefix: string): [string, Float32Array][] =>
    Object.entries(state).flatMap(([name, { data }]) =>
      data instanceof Float32Array && !name.includes('running_') ? [[prefix + name, data]] : [],
    );
  return Object.fromEntries([...named(client, ''), ...named(server, 'server.')]);
}

/** Biases before a batch normalisation: no loss moves them, only weight decay does. */
export const stillBiases = ['convIn1.bias', 'convOut1.bias'] as const;

/** A tensor by the end of its name. */
export function named(weights: Weights, end: string): Float32Array {
  return Object.entries(weights).find(([name]) => name.endsWith(end))![1];
}
