import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../data/source.ts';
import type { ClientNetwork } from '../model/build.ts';
import type { ApplyGradient } from '../model/layers/layer.ts';
import type { Shape } from '../model/spec.ts';
import { diverged } from './diverged.ts';
import { pruneLoss, selectMaps, type GateSettings } from './gate.ts';
import type { Features, Selection } from '../offload/protocol/messages.ts';
import { half, type Half } from './half.ts';
import { discard, type OptimiserSettings } from './optimiser.ts';
import type { Budget } from '../records/column.ts';

/** A client's forward pass, waiting for the server's gradient. */
export interface ClientStep {
  readonly features: Features;
  /** pruneLoss of the gate before the step; 0 at full budget. */
  readonly pruneLoss: number;
  /** Goes backward from the gradient of what was sent, empty in raw-image offload, and updates the client's weights. */
  finish(gradient: Float32Array, learningRate: number): void;
  /** Lets go of the pass instead, when no gradient comes. */
  abandon(): void;
}

/** The client device's half of the training (algorithm 1): front layers, compression, gate. */
export interface ClientHalf extends Omit<Half, 'optimiser'> {
  /** `step` counts from 0 and seeds dropout. */
  begin(batch: Batch, budget: Budget, step: number): Promise<ClientStep>;
  /** Features in inference mode. */
  infer(batch: Batch, budget: Budget): Promise<Features>;
  /** f̂ of every map, not to be written to, or null in a plain split. Read from the engine once an update. */
  gate(): Promise<Float32Array | null>;
  setGate(gate: Float32Array): void;
}

export interface ClientHalfOptions {
  readonly input: Shape;
  readonly gate: GateSettings;
  readonly optimiser: OptimiserSettings;
  readonly seed: number;
}

export function clientHalf(network: ClientNetwork, options: ClientHalfOptions): ClientHalf {
  const { layers, module } = network;
  const { optimiser, write, ...own } = half([layers, module], options.optimiser);
  const [height, width, total] = network.cutShape;

  /** f̂ as it was last read: reading waits for the engine, and nothing but what forgets it here changes the gate. */
  let known: Promise<Float32Array | null> | null = null;
  const readGate = (): Promise<Float32Array | null> =>
    (known ??= module ? (module.gate.value.data() as Promise<Float32Array>) : Promise.resolve(null));
  const enter = ({ images, samples }: Batch): tf.Tensor => tf.tensor4d(images, [samples, ...options.input]);

  const select = (values: Float32Array | null, budget: Budget): Selection | null =>
    budget === null || !values ? null : selectMaps(values, budget, options.gate);

  async function features(maps: tf.Tensor, selection: Selection | null, samples: number): Promise<Features> {
    return { maps: (await maps.data()) as Float32Array, shape: [samples, height, width], total, selection };
  }

  return {
    ...own,
    async begin(batch, budget, step) {
      const gateValues = await readGate();
      if (gateValues && !gateValues.every(Number.isFinite)) throw diverged('the gate');
      const chosen = select(gateValues, budget);
      const gateLoss = budget !== null && gateValues ? pruneLoss(gateValues, budget, options.gate) : null;
      const x = enter(batch);
      const forward = layers.forward(x, { seed: options.seed, step });
      const compressed = module?.forward(forward.y, chosen?.kept ?? null);
      const sent = compressed?.maps ?? forward.y;
      const backward = (gradient: Float32Array, apply: ApplyGradient): void => {
        const dMaps = tf.tensor(gradient, sent.shape);
        const applyGate = (dGate: tf.Tensor): void =>
          apply(module!.gate, gateLoss ? withOwnLoss(dGate, gateLoss.gradient) : dGate);
        const below = layers.parameters.length > 0;
        const dy = compressed ? compressed.backward(dMaps, apply, applyGate, below) : dMaps;
        if (dy) forward.backward(dy, apply, false);
        for (const made of [x, dMaps, dy]) made?.dispose();
      };
      return {
        features: await features(sent, chosen, batch.samples),
        pruneLoss: gateLoss?.loss ?? 0,
        finish(gradient, learningRate) {
          optimiser.learningRate = learningRate;
          known = null;
          if (gradient.length === 0) x.dispose();
          else backward(gradient, optimiser.apply);
          optimiser.finish();
        },
        abandon: () => backward(new Float32Array(sent.size), discard),
      };
    },
    async infer(batch, budget) {
      const chosen = select(await readGate(), budget);
      const maps = tf.tidy(() => {
        const y = layers.infer(enter(batch));
        return module ? module.infer(y, chosen?.kept ?? null) : y;
      });
      const sent = await features(maps, chosen, batch.samples);
      maps.dispose();
      return sent;
    },
    write(state) {
      known = null;
      write(state);
    },
    gate: readGate,
    setGate(values) {
      known = null;
      tf.tidy(() => module?.gate.value.assign(tf.tensor1d(values)));
    },
  };
}

function withOwnLoss(dGate: tf.Tensor, own: Float32Array): tf.Tensor {
  const sum = tf.tidy(() => tf.add(dGate, tf.tensor1d(own)));
  dGate.dispose();
  return sum;
}
