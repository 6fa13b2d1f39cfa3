import * as tf from '@tensorflow/tfjs-core';
import { reluGrad, type Activation } from '../../engine/ops.ts';
import type { Layer } from './layer.ts';

/**
 * Two branches or more that all take x: activation(Σ branch(x)), or the branches' maps one after the other. Their
 * parameters and their way back go in the order given. A branch may be an empty sequence, which is x itself.
 */
export function join(branches: readonly Layer[], how: 'add' | 'concat', activation: Activation): Layer {
  const joined = (ends: tf.Tensor[]): tf.Tensor => {
    const z = how === 'add' ? added(ends) : tf.concat(ends, -1);
    return activation === 'relu' ? tf.relu(z) : z;
  };
  return {
    parameters: branches.flatMap((branch) => branch.parameters),
    statistics: branches.flatMap((branch) => branch.statistics),
    infer: (x) => tf.tidy(() => joined(branches.map((branch) => branch.infer(x)))),
    forward(x, pass) {
      const passes = branches.map((branch) => branch.forward(x, pass));
      const maps = passes.map(({ y }) => y.shape.at(-1)!);
      const y = tf.tidy(() => joined(passes.map((each) => each.y)));
      return {
        y,
        backward(dy, apply, inputGradient) {
          const dJoined = activation === 'relu' ? reluGrad({ dy, y }) : dy;
          y.dispose();
          const parts = how === 'add' ? passes.map(() => dJoined) : tf.split(dJoined, maps, -1);
          const gradients = passes.map((each, i) => each.backward(parts[i], apply, inputGradient));
          const dx = inputGradient ? tf.tidy(() => added(gradients.filter((t) => t !== null))) : null;
          // An empty branch hands on the gradient it was given, so the same tensor can be here twice.
          const made = new Set([dJoined, ...parts, ...gradients]);
          made.delete(dy);
          tf.dispose([...made].filter((t) => t !== null));
          return dx;
        },
      };
    },
  };
}

function added(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tensors.reduce((sum, tensor) => tf.add(sum, tensor));
}
