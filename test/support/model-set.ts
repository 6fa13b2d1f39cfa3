import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { InputFacts } from '../../main/data/input.ts';
import { buildClient, buildServer } from '../../main/model/build.ts';
import { disposeWeights, type Weights } from '../../main/model/layers/layer.ts';
import { networkSpec } from '../../main/model/zoo.ts';
import { readState, type StateDict } from '../../main/model/state.ts';
import type { Budget } from '../../main/records/column.ts';
import type { Experiment, ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../main/runs/experiment/parse.ts';
import { makeSet, type TrainedPair } from '../../main/sets/make.ts';
import type { OpenedSet } from '../../main/sets/open.ts';
import type { PairWeights } from '../../main/sets/prune-pair.ts';
import { randomise } from './tensors.ts';

export interface TestSet {
  readonly name?: string;
  /** The largest first is the most accurate. */
  readonly budgets?: readonly Budget[];
  readonly model?: ExperimentInput['model'];
  readonly split?: ExperimentInput['split'];
  readonly method?: ExperimentInput['method'];
  readonly gate?: ExperimentInput['gate'];
  readonly images?: Partial<InputFacts>;
}

/** Of 16×16 pixels, three colours, four classes. */
const smallImages: InputFacts = {
  dataset: 'synthetic',
  classes: ['red', 'green', 'blue', 'grey'],
  shape: [16, 16, 3],
  mean: [0.5, 0.45, 0.4],
  std: [0.25, 0.2, 0.3],
};

/**
 * A set of untrained pairs in the home (SLUICE_HOME): a cnn, cut where 8 maps of 8×8 cross, with random weights and statistics, within a
 * second. Uses the engine that is open, else that of TensorFlow.js.
 */
export async function makeTestSet({
  name = 'tiny',
  budgets = [null, 4, 2],
  ...options
}: TestSet = {}): Promise<OpenedSet> {
  const images = { ...smallImages, ...options.images };
  const { model = { name: 'cnn', width: 0.125 }, split = { layer: 4 }, method = 'prune', gate = {} } = options;
  const phases = budgets.map((budget) => ({ budget: budget ?? ('full' as const), epochs: 2 }));
  const experiment = parseExperiment({ name, model, split, method, gate, phases, dataset: { name: images.dataset } });
  const pairs = budgets.map((budget, phase): TrainedPair => ({
    budget,
    testAccuracy: 0.9 - 0.1 * phase,
    epochs: 2 * (phase + 1),
    epoch: 'last',
    origin: { training: 0, phase, source: 0 },
    weights: () => randomPair(experiment, images, phase),
  }));

  return makeSet(name, { experiment, run: { uid: null, name, seed: 1 }, images, pairs });
}

/** Both halves of an experiment's network with random weights and statistics. */
export async function randomPair(
  { model, split }: Experiment,
  { shape, classes }: Pick<InputFacts, 'shape' | 'classes'>,
  seed: number,
): Promise<PairWeights> {
  if (!tf.engine().backendName) await tf.setBackend('cpu');
  const network = networkSpec(model.name, { input: shape, classes: classes.length, width: model.width });
  const client = buildClient(network, split, { seed });
  const server = buildServer(network, split, { seed });
  return {
    client: await stateOf([client.layers, client.module]),
    server: await stateOf([server.layers, server.module]),
  };
}

async function stateOf(parts: readonly (Weights | null)[]): Promise<StateDict> {
  const there = parts.filter((part) => part !== null);
  const weights: Weights = {
    parameters: there.flatMap((part) => part.parameters),
    statistics: there.flatMap((part) => part.statistics),
  };
  randomise(weights);
  const state = await readState(weights);
  disposeWeights(weights);
  return state;
}
