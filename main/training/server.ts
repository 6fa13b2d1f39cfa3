import * as tf from '@tensorflow/tfjs-core';
import type { Received } from '../model/decompression.ts';
import type { ServerNetwork } from '../model/build.ts';
import { crossEntropy } from './cross-entropy.ts';
import { diverged } from './diverged.ts';
import type { EvaluateRequest, Features, Score, StepAnswer, StepRequest } from '../offload/protocol/messages.ts';
import { half, type Half } from './half.ts';
import { discard, type OptimiserSettings } from './optimiser.ts';

/** The offload server's half of the training (algorithm 2): decompress, finish the network, step back. */
export interface ServerHalf extends Omit<Half, 'optimiser' | 'holdStatistics'> {
  /** With the logits of the weights before the step, [samples, classes]. */
  step(request: StepRequest): Promise<StepAnswer & { readonly logits: Float32Array }>;
  evaluate(request: EvaluateRequest): Promise<Score>;
  /** [samples, classes] */
  infer(features: Features): Promise<Float32Array>;
}

export interface ServerHalfOptions {
  readonly classes: number;
  readonly optimiser: OptimiserSettings;
  readonly seed: number;
  /** Whether the client has weights of its own; if not, the answers carry no gradient. */
  readonly clientTrains: boolean;
}

export function serverHalf(
  network: ServerNetwork,
  { classes, optimiser: settings, seed, clientTrains }: ServerHalfOptions,
): ServerHalf {
  const { module, layers } = network;
  const { optimiser, holdStatistics, ...own } = half([module, layers], settings);

  async function infer(features: Features): Promise<Float32Array> {
    const received = receive(features);
    const logits = tf.tidy(() => layers.infer(module ? module.infer(received) : received.maps.clone()));
    disposeReceived(received);
    const values = (await logits.data()) as Float32Array;
    logits.dispose();
    return values;
  }

  return {
    ...own,
    async step(request) {
      const { labels, learningRate, step } = request;
      const received = receive(request);
      const statistics = holdStatistics();
      const entered = module?.forward(received);
      const forward = layers.forward(entered?.y ?? received.maps, { seed, step });
      const logits = (await forward.y.data()) as Float32Array;
      const { loss, correct, gradient } = crossEntropy(logits, labels, classes);
      // The way back also frees what the pass holds, so a diverged one goes it too, without learning.
      const finite = Number.isFinite(loss);
      const apply = finite ? optimiser.apply : discard;
      optimiser.learningRate = learningRate;
      const dLogits = tf.tensor2d(gradient, [labels.length, classes]);
      const dEntered = forward.backward(dLogits, apply, clientTrains || entered !== undefined);
      const dMaps = entered ? entered.backward(dEntered!, apply) : dEntered;
      optimiser.finish();
      const answer = {
        logits,
        loss,
        correct,
        gradient: clientTrains ? ((await dMaps!.data()) as Float32Array) : new Float32Array(0),
      };
      for (const made of [dLogits, dEntered, dMaps]) made?.dispose();
      disposeReceived(received);
      if (!finite) statistics.putBack();
      statistics.release();
      if (!finite) throw diverged('the loss');
      return answer;
    },
    async evaluate(request) {
      const { loss, correct } = crossEntropy(await infer(request), request.labels, classes);
      return { loss, correct };
    },
    infer,
  };
}

function receive({ maps, shape, total, selection }: Features): Received {
  return {
    maps: tf.tensor4d(maps, [...shape, selection?.kept.length ?? total]),
    kept: selection?.kept ?? null,
    mask: selection && tf.tensor1d(selection.mask),
  };
}

function disposeReceived({ maps, mask }: Received): void {
  maps.dispose();
  mask?.dispose();
}
