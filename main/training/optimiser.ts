import * as tf from '@tensorflow/tfjs-core';
import { sgdSteps, updatesAtOnce, type SgdUpdate } from '../engine/ops.ts';
import { variable, type ApplyGradient, type Parameter } from '../model/layers/layer.ts';
import { readTensor, writeTensor, type StateDict } from '../model/state.ts';

export interface OptimiserSettings {
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Stochastic gradient descent as in PyTorch: g += wd·w; v = μ·v + g; w −= lr·v. */
export interface Optimiser {
  learningRate: number;
  /** Updates a parameter in place, at once or with the next ones, and consumes its gradient. */
  readonly apply: ApplyGradient;
  /** The backward pass is over: what waits for more to be updated together waits no longer. */
  finish(): void;
  /** The velocities, under their weights' names; empty without momentum. */
  read(): Promise<StateDict>;
  write(state: StateDict): void;
  /** Forgets all velocities: a fresh optimiser. */
  reset(): void;
  dispose(): void;
}

/** Takes gradients and learns nothing, for a pass that goes backward only to free what it holds. */
export const discard: ApplyGradient = (_parameter, gradient) => {
  tf.dispose(gradient);
};

export function sgd(parameters: readonly Parameter[], { momentum, weightDecay }: OptimiserSettings): Optimiser {
  const velocities = new Map<Parameter, tf.Variable>();
  if (momentum > 0) {
    for (const parameter of parameters) velocities.set(parameter, variable(tf.zerosLike(parameter.value)));
  }
  const waiting: SgdUpdate[] = [];
  const optimiser: Optimiser = {
    learningRate: 0,
    apply(parameter, grad) {
      waiting.push({ param: parameter.value, grad, velocity: velocities.get(parameter) ?? null });
      if (waiting.length >= updatesAtOnce()) optimiser.finish();
    },
    finish() {
      const updates = waiting.splice(0);
      if (updates.length > 0) sgdSteps(updates, { learningRate: optimiser.learningRate, momentum, weightDecay });
      for (const { grad } of updates) tf.dispose(grad);
    },
    async read() {
      const read = [...velocities].map(
        async ([{ name, layout }, velocity]) => [name, await readTensor(velocity, layout)] as const,
      );
      return Object.fromEntries(await Promise.all(read));
    },
    write(state) {
      for (const [{ name, layout }, velocity] of velocities) writeTensor(name, velocity, layout, state);
    },
    reset() {
      for (const velocity of velocities.values()) tf.tidy(() => velocity.assign(tf.zerosLike(velocity)));
    },
    dispose() {
      for (const velocity of velocities.values()) velocity.dispose();
    },
  };
  return optimiser;
}
