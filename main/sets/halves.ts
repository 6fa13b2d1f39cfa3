import { buildClient, buildServer } from '../model/build.ts';
import type { StateDict } from '../model/state.ts';
import { clientHalf, type ClientHalf } from '../training/client.ts';
import { serverHalf, type ServerHalf } from '../training/server.ts';
import type { ModelSet, SetPair } from './manifest.ts';
import { cutOf, networkOf } from './pair.ts';

/** Halves that only infer have no velocities, and their first weights, of whatever seed, are written over. */
const inference = { optimiser: { momentum: 0, weightDecay: 0 }, seed: 0 } as const;
const noVelocities = {};

/**
 * The client half of a pair with these weights, on the engine that is open. Ask its `infer` for `requestBudget(pair)`.
 * Throws `missing-tensor` or `wrong-shape` for weights of something else.
 */
export function clientWith(set: ModelSet, pair: SetPair, weights: StateDict): ClientHalf {
  const network = networkOf(set);
  const half = clientHalf(buildClient(network, cutOf(set, pair), inference), {
    ...inference,
    input: network.input,
    gate: set.gate,
  });
  return written(half, weights);
}

/** The server half of a pair with these weights. Throws what clientWith throws. */
export function serverWith(set: ModelSet, pair: SetPair, weights: StateDict): ServerHalf {
  const network = networkOf(set);
  const half = serverHalf(buildServer(network, cutOf(set, pair), inference), {
    ...inference,
    classes: network.classes,
    clientTrains: false,
  });
  return written(half, weights);
}

function written<Half extends Pick<ClientHalf, 'write' | 'dispose'>>(half: Half, weights: StateDict): Half {
  try {
    half.write({ weights, momentum: noVelocities });
    return half;
  } catch (error) {
    half.dispose();
    throw error;
  }
}
