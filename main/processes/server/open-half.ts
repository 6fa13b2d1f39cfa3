import { randomUUID } from 'node:crypto';
import { SluiceError } from '../../errors.ts';
import { describeCut } from '../../model/describe.ts';
import type { Shape } from '../../model/spec.ts';
import { networkSpec } from '../../model/zoo.ts';
import type { SessionHandler } from '../../offload/server/handler.ts';
import type { Extent, StepAnswer, StepRequest } from '../../offload/protocol/messages.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import { drawElsewhere } from './drawing.ts';
import { codecMemory, estimateHalf, type MemoryBudget } from './memory.ts';
import type { ComputeThread, Elsewhere } from './threads.ts';

/**
 * Bytes of a half whose weights are drawn in some 50 ms, which is less than starting a thread takes (two cores of an AMD EPYC,
 * November 2026).
 */
const largestDrawnThere = 32 * 2 ** 20;

/**
 * A server half of a network of the zoo on a thread that computes, as the thread with the sockets has it: it takes only
 * what suits its session and the memory there is. Throws
 * `model-unknown`, `bad-split`, `bad-module`, `images-too-small` and `limit-memory` before anything is built.
 */
export async function openHalf(
  request: SessionRequest,
  memory: MemoryBudget,
  compute: Elsewhere<ComputeThread>,
): Promise<SessionHandler> {
  const { purpose, model, cut } = request;
  const description = describeCut(networkSpec(model.name, model), cut);
  const { fixed, perSample } = estimateHalf(description, request);
  const remembered = purpose === 'train' ? codecMemory(request.codecs) : 0;
  const release = memory.reserve(purpose, fixed + remembered);
  const id = randomUUID();
  try {
    // The thread that computes has other sessions to serve meanwhile.
    const weights = fixed > largestDrawnThere ? await drawElsewhere(request) : {};
    await compute.build(id, request, weights);
  } catch (error) {
    release();
    throw error;
  }

  async function oneByOne(requests: readonly StepRequest[]): Promise<StepAnswer[]> {
    const answers: StepAnswer[] = [];
    for (const step of requests) answers.push(await compute.step(id, step));
    return answers;
  }

  return {
    check(extent) {
      requireSuited(extent, description.sent, request);
      memory.requireRoom(purpose, extent.shape[0] * perSample, extent.shape[0]);
    },
    step: (step) => compute.step(id, step),
    stepTogether(requests) {
      const samples = requests.reduce((sum, { shape }) => sum + shape[0], 0);
      const together = memory.hasRoom(purpose, samples * perSample);
      return together ? compute.stepTogether(id, requests) : oneByOne(requests);
    },
    evaluate: (batch) => compute.evaluate(id, batch),
    infer: (features) => compute.infer(id, features),
    resetOptimiser: () => compute.resetOptimiser(id),
    read: () => compute.read(id),
    write: (checkpoint) => compute.write(id, checkpoint),
    async close() {
      await compute.close(id).finally(release);
    },
  };
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
