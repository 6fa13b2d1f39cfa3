import { SluiceError } from '../../errors.ts';
import { buildServer } from '../../model/build.ts';
import { describeCut } from '../../model/describe.ts';
import type { Shape } from '../../model/spec.ts';
import { networkSpec } from '../../model/zoo.ts';
import { decodeHalfState, encodeHalfState } from '../../offload/half-state.ts';
import type { SessionHandler } from '../../offload/handler.ts';
import type { Extent, StepRequest } from '../../offload/messages.ts';
import type { SessionRequest } from '../../offload/control.ts';
import { serverHalf } from '../../training/server.ts';
import { joinSteps, splitOutcome } from './gathered-step.ts';
import { estimateHalf, type MemoryBudget } from './memory.ts';

/**
 * The server half of a network of the zoo, newly initialised from the session's seed. Throws `model-unknown`, `bad-split`,
 * `bad-module`, `images-too-small` and `limit-memory` before anything is built.
 */
export function openHalf(request: SessionRequest, memory: MemoryBudget): SessionHandler {
  const { model, cut, optimiser, seed } = request;
  const network = networkSpec(model.name, model);
  const description = describeCut(network, cut);
  const { fixed, perSample } = estimateHalf(description, optimiser.momentum);
  const release = memory.reserve(fixed);
  const half = serverHalf(buildServer(network, cut, { seed }), {
    classes: model.classes,
    optimiser,
    seed,
    clientTrains: request.gradient,
  });
  return {
    check(extent) {
      requireSuited(extent, description.sent, request);
      memory.requireRoom(extent.shape[0] * perSample, extent.shape[0]);
    },
    step: (step) => half.step(step),
    async stepTogether(requests) {
      const joint = joinSteps(requests);
      if (!memory.hasRoom(joint.shape[0] * perSample)) return oneByOne(requests, (step) => half.step(step));
      return splitOutcome(requests, await half.step(joint));
    },
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
      release();
      return Promise.resolve();
    },
  };
}

async function oneByOne<T>(requests: readonly StepRequest[], step: (request: StepRequest) => Promise<T>): Promise<T[]> {
  const outcomes: T[] = [];
  for (const request of requests) outcomes.push(await step(request));
  return outcomes;
}

/** Whether a request is one of the session's network, cut where the session cuts it. */
function requireSuited({ shape, total, gated, classes }: Extent, sent: Shape, { model, cut }: SessionRequest): void {
  const given = [shape[1], shape[2], total];
  if (given.join() !== sent.join()) {
    throw mismatch(`Its maps are [${given.join(', ')}], at the session's cut they are [${sent.join(', ')}].`, 'maps');
  }
  if (gated && !cut.module) throw mismatch('It has a gate, the session has no module.', 'gate');
  if (classes !== 0 && classes !== model.classes) {
    throw mismatch(`It has ${classes} classes, the session's network ${model.classes}.`, 'classes');
  }
}

function mismatch(what: string, path: string): SluiceError {
  return new SluiceError('request-mismatch', `A request does not suit its session. ${what}`, { path });
}
