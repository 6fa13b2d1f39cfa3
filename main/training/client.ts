import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../data/source.ts';
import type { ClientNetwork } from '../model/build.ts';
import type { ApplyGradient } from '../model/layers/layer.ts';
import type { Shape } from '../model/spec.ts';
import { diverged } from './diverged.ts';
import { chooserOf, type GateSettings } from './gates/chooser.ts';
import type { Features, Selection } from '../offload/protocol/messages.ts';
import { half, type Half } from './half.ts';
import type { GateReset } from './methods/method.ts';
import { discard, type OptimiserSettings } from './optimiser.ts';
import { random, type Random } from '../random.ts';
import type { Budget } from '../records/column.ts';

/** A client's forward pass, waiting for the server's gradient. */
export interface ClientStep {
  readonly features: Features;
  /** The gate's own loss before the step (pruneLoss of the published one); 0 at full budget. */
  readonly pruneLoss: number;
  /** Goes backward from the gradient of what was sent, empty in raw-image offload, and updates the client's weights. */
  finish(gradient: Float32Array, learningRate: number): void;
  /** Lets go of the pass instead, when no gradient comes. */
  abandon(): void;
}

/** The client device's half of the training (algorithm 1): front layers, compression, gate. */
export interface ClientHalf extends Omit<Half, 'optimiser'> {
  /** `step` counts from 0 and seeds dropout and what the gate leaves to chance; `left` is how much of its phase is, from 1 on. */
  begin(batch: Batch, budget: Budget, step: number, left?: number): Promise<ClientStep>;
  /** Features in inference mode. */
  infer(batch: Batch, budget: Budget): Promise<Features>;
  /** f̂ of every map, not to be written to, or null in a plain split. Read from the engine once an update. */
  gate(): Promise<Float32Array | null>;
  /** How far the gate of every map is open, from 0 to 1, or null in a plain split. */
  openness(): Promise<Float32Array | null>;
  setGate(gate: Float32Array): void;
  /** What becomes of f̂ before a phase with this budget: the gate decides, the method says how it would reset it. */
  resetGate(reset: GateReset, budget: Budget, source: Random): Promise<void>;
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

  const gate = chooserOf(options.gate);

  /** f̂ as it was last read: reading waits for the engine, and nothing but what forgets it here changes the gate. */
  let known: Promise<Float32Array | null> | null = null;
  const readGate = (): Promise<Float32Array | null> =>
    (known ??= module ? (module.gate.value.data() as Promise<Float32Array>) : Promise.resolve(null));
  const setGate = (values: Float32Array): void => {
    known = null;
    tf.tidy(() => module?.gate.value.assign(tf.tensor1d(values)));
  };
  const enter = ({ images, samples }: Batch): tf.Tensor => tf.tensor4d(images, [samples, ...options.input]);
  if (module && gate.initial) setGate(gate.initial(total, random(options.seed, 'gate', module.gate.name)));

  async function features(maps: tf.Tensor, selection: Selection | null, samples: number): Promise<Features> {
    return { maps: (await maps.data()) as Float32Array, shape: [samples, height, width], total, selection };
  }

  /** What the gate learns from a step by looking on. */
  function measure(values: Float32Array, { maps, selection }: Features, samples: number, gradient: Float32Array): void {
    const kept = selection?.kept ?? Array.from(values.keys());
    if (gate.measure) setGate(gate.measure(values, { kept, samples, sent: maps, gradient }));
  }

  return {
    ...own,
    async begin(batch, budget, step, left = 1) {
      const gateValues = await readGate();
      if (gateValues && !gateValues.every(Number.isFinite)) throw diverged('the gate');
      const draw = { source: random(options.seed, 'choice', step), left };
      const chosen = gateValues && gate.choose(gateValues, budget, draw);
      const selection = chosen?.selection ?? null;
      const gateLoss = budget !== null && gateValues ? gate.ownLoss?.(gateValues, budget) : undefined;
      const x = enter(batch);
      const forward = layers.forward(x, { seed: options.seed, step });
      const compressed = module?.forward(forward.y, selection?.kept ?? null, chosen?.opening);
      const sent = compressed?.maps ?? forward.y;
      const backward = (gradient: Float32Array, apply: ApplyGradient): void => {
        const dMaps = tf.tensor(gradient, sent.shape);
        const applyGate = (dGate: tf.Tensor): void => {
          if (gate.measure) dGate.dispose();
          else apply(module!.gate, gateLoss ? withOwnLoss(dGate, gateLoss.gradient) : dGate);
        };
        const below = layers.parameters.length > 0;
        const dy = compressed ? compressed.backward(dMaps, apply, applyGate, below) : dMaps;
        if (dy) forward.backward(dy, apply, false);
        for (const made of [x, dMaps, dy]) made?.dispose();
      };
      const made = await features(sent, selection, batch.samples);
      return {
        features: made,
        pruneLoss: gateLoss?.loss ?? 0,
        finish(gradient, learningRate) {
          optimiser.learningRate = learningRate;
          known = null;
          if (gradient.length === 0) x.dispose();
          else backward(gradient, optimiser.apply);
          optimiser.finish();
          if (gateValues) measure(gateValues, made, batch.samples, gradient);
        },
        abandon: () => backward(new Float32Array(sent.size), discard),
      };
    },
    async infer(batch, budget) {
      const gateValues = await readGate();
      const chosen = gateValues && gate.choose(gateValues, budget, null);
      const selection = chosen?.selection ?? null;
      const maps = tf.tidy(() => {
        const y = layers.infer(enter(batch));
        return module ? module.infer(y, selection?.kept ?? null, chosen?.opening) : y;
      });
      const sent = await features(maps, selection, batch.samples);
      maps.dispose();
      return sent;
    },
    write(state) {
      known = null;
      write(state);
    },
    gate: readGate,
    async openness() {
      const values = await readGate();
      return values && gate.openness(values);
    },
    setGate,
    async resetGate(reset, budget, source) {
      const values = await readGate();
      if (values && gate.between) setGate(gate.between(values, budget, () => reset(values, source)));
    },
  };
}

function withOwnLoss(dGate: tf.Tensor, own: Float32Array): tf.Tensor {
  const sum = tf.tidy(() => tf.add(dGate, tf.tensor1d(own)));
  dGate.dispose();
  return sum;
}
