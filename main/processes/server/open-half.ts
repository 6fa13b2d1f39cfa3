import { SluiceError } from '../../errors.ts';
import { describeCut } from '../../model/describe.ts';
import type { Shape } from '../../model/spec.ts';
import { networkSpec } from '../../model/zoo.ts';
import type { SessionHandler, StepOutcome } from '../../offload/server/handler.ts';
import type { Extent, StepRequest } from '../../offload/protocol/messages.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import type { BuiltHalf } from './build-half.ts';
import { estimateHalf, type MemoryBudget } from './memory.ts';

/**
 * The server half of a network of the zoo, which takes only what suits its session and the memory there is. Throws
 * `model-unknown`, `bad-split`, `bad-module`, `images-too-small` and `limit-memory` before anything is built.
 */
export async function openHalf(
  request: SessionRequest,
  memory: MemoryBudget,
  build: (request: SessionRequest) => Promise<BuiltHalf>,
): Promise<SessionHandler> {
  const { model, cut, optimiser } = request;
  const description = describeCut(networkSpec(model.name, model), cut);
  const { fixed, perSample } = estimateHalf(description, optimiser.momentum);
  const release = memory.reserve(fixed);
  const half = await build(request).catch((error: unknown) => {
    release();
    throw error;
  });
  return {
    ...half,
    check(extent) {
      requireSuited(extent, description.sent, request);
      memory.requireRoom(extent.shape[0] * perSample, extent.shape[0]);
    },
    stepTogether(requests) {
      const samples = requests.reduce((sum, { shape }) => sum + shape[0], 0);
      return memory.hasRoom(samples * perSample) ? half.stepTogether(requests) : oneByOne(requests, half);
    },
    async close() {
      await half.close();
      release();
    },
  };
}

async function oneByOne(requests: readonly StepRequest[], half: BuiltHalf): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const request of requests) outcomes.push(await half.step(request));
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
