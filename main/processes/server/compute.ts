import { mendEngine } from '../../engine/engine.ts';
import { buildServer } from '../../model/build.ts';
import { withDrawn } from '../../model/layers/drawn.ts';
import { networkSpec } from '../../model/zoo.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import { decodeHalfState, encodeHalfState } from '../../offload/protocol/half-state.ts';
import { serverHalf, type ServerHalf } from '../../training/server.ts';
import { joinSteps, splitAnswer } from './gathered-step.ts';
import type { ComputeThread } from './threads.ts';

/** Server halves on the engine of this thread, by the names that they are built under. They take whatever they are asked to. */
export function computeHalves(): ComputeThread {
  const halves = new Map<string, ServerHalf>();

  function named(id: string): ServerHalf {
    const half = halves.get(id);
    if (half) return half;
    throw new Error('The server half is closed.');
  }

  return {
    async build(id, request, weights) {
      // A device that was lost took the halves of the sessions before with it; this one begins on a new device.
      await mendEngine();
      const half = withDrawn(weights, () => buildHalf(request));
      halves.set(id, half);
    },
    async step(id, request) {
      const { gradient, loss, correct } = await named(id).step(request);
      return { gradient, loss, correct };
    },
    stepTogether: async (id, requests) => splitAnswer(requests, await named(id).step(joinSteps(requests))),
    evaluate: (id, request) => named(id).evaluate(request),
    infer: (id, features) => named(id).infer(features),
    resetOptimiser: (id) => named(id).resetOptimiser(),
    read: async (id) => encodeHalfState(await named(id).read()),
    write: (id, checkpoint) => write(named(id), checkpoint),
    close(id) {
      named(id).dispose();
      halves.delete(id);
    },
  };
}

/** The server half of a network of the zoo, newly initialised from the session's seed. */
function buildHalf({ purpose, model, cut, optimiser, seed, gradient }: SessionRequest): ServerHalf {
  return serverHalf(buildServer(networkSpec(model.name, model), cut, { seed }), {
    classes: model.classes,
    // One that is only read has no velocities, and those of a checkpoint are left out.
    optimiser: purpose === 'infer' ? { ...optimiser, momentum: 0 } : optimiser,
    seed,
    clientTrains: gradient,
  });
}

async function write(half: ServerHalf, checkpoint: Uint8Array): Promise<void> {
  const state = decodeHalfState(checkpoint);
  const before = await half.read();
  try {
    half.write(state);
  } catch (error) {
    // One that does not fit may have been written in part.
    half.write(before);
    throw error;
  }
}
