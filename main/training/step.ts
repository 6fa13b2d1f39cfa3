import type { Batch, BatchSource } from '../data/source.ts';
import { deviceWith, type Device } from './device.ts';
import type { Decision } from './controller.ts';
import type { StepRecord } from '../records/record.ts';
import type { Position } from './snapshot.ts';
import type { SplitNetwork } from './split-network.ts';

/** How fast a step learns, and how much of its phase is left, from 1 down to 0. */
export interface Pace {
  readonly learningRate: number;
  readonly left: number;
}

const wholeDevice = deviceWith(1);

/** One mini-batch through client, network and server and back (algorithms 1 and 2). */
export async function trainStep(
  { client, server }: SplitNetwork,
  batch: Batch,
  { budget, codecs }: Decision,
  { learningRate, left }: Pace,
  { data, source = 0, device = wholeDevice }: { data: BatchSource; source?: number; device?: Device },
  position: Position,
): Promise<StepRecord> {
  const forward = await device.work(() => client.begin(batch, budget, position.step, left));
  const begun = forward.result;
  const request = {
    ...begun.features,
    step: position.step,
    labels: batch.labels,
    classes: data.info.classes.length,
    learningRate,
    ...(batch.indices && { images: { count: data.info.trainSamples, indices: [...batch.indices] } }),
  };
  const result = await server.step(request, codecs).catch((error: unknown) => {
    begun.abandon();
    throw error;
  });
  const backward = await device.work(() => {
    begun.finish(result.gradient, learningRate);
    return client.openness();
  });
  const gates = backward.result;

  const { training, phase, epoch, step } = position;
  return {
    kind: 'step',
    training,
    phase,
    source,
    epoch,
    step,
    budget,
    learningRate,
    samples: batch.samples,
    crossEntropy: result.loss,
    pruneLoss: begun.pruneLoss,
    correct: result.correct,
    bytesUp: result.bytesUp,
    bytesDown: result.bytesDown,
    wireUp: result.wireUp,
    wireDown: result.wireDown,
    clientSeconds: forward.seconds + backward.seconds,
    wireSeconds: result.wireSeconds,
    serverSeconds: result.serverSeconds,
    waitSeconds: forward.waited + result.waitSeconds + backward.waited,
    ...(gates ? { gates } : {}),
  };
}
