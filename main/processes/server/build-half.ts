import { buildServer } from '../../model/build.ts';
import { networkSpec } from '../../model/zoo.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import { decodeHalfState, encodeHalfState } from '../../offload/protocol/half-state.ts';
import type { SessionHandler } from '../../offload/server/handler.ts';
import { serverHalf } from '../../training/server.ts';
import { joinSteps, splitOutcome } from './gathered-step.ts';

/** A server half on the engine of its thread. It takes whatever it is asked to. */
export type BuiltHalf = Omit<SessionHandler, 'check'>;

/** The server half of a network of the zoo, newly initialised from the session's seed. */
export function buildHalf({ model, cut, optimiser, seed, gradient }: SessionRequest): BuiltHalf {
  const half = serverHalf(buildServer(networkSpec(model.name, model), cut, { seed }), {
    classes: model.classes,
    optimiser,
    seed,
    clientTrains: gradient,
  });
  return {
    step: (step) => half.step(step),
    stepTogether: async (requests) => splitOutcome(requests, await half.step(joinSteps(requests))),
    evaluate: (batch) => half.evaluate(batch),
    infer: (features) => half.infer(features),
    resetOptimiser() {
      half.resetOptimiser();
      return Promise.resolve();
    },
    read: async () => encodeHalfState(await half.read()),
    async write(checkpoint) {
      const state = decodeHalfState(checkpoint);
      const before = await half.read();
      try {
        half.write(state);
      } catch (error) {
        // One that does not fit may have been written in part.
        half.write(before);
        throw error;
      }
    },
    close() {
      half.dispose();
      return Promise.resolve();
    },
  };
}
