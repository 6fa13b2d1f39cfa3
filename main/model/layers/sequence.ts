import type * as tf from '@tensorflow/tfjs-core';
import type { Forward, Layer } from './layer.ts';

/** Layers one after the other. An empty sequence passes x through. */
export function sequence(layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap((layer) => layer.parameters),
    statistics: layers.flatMap((layer) => layer.statistics),
    infer: (x) => inferInTurn(layers, x),
    forward(x, pass) {
      const passes: Forward[] = [];
      let y = x;
      for (const layer of layers) {
        const forward = layer.forward(y, pass);
        passes.push(forward);
        y = forward.y;
      }
      return {
        y,
        backward(dy, apply, inputGradient) {
          let gradient: tf.Tensor | null = dy;
          for (let i = passes.length - 1; i >= 0; i--) {
            const above: tf.Tensor = gradient!;
            gradient = passes[i].backward(above, apply, inputGradient || i > 0);
            if (above !== dy) above.dispose();
          }
          return gradient;
        },
      };
    },
  };
}

function inferInTurn(layers: readonly Layer[], x: tf.Tensor): tf.Tensor {
  let y = x;
  for (const layer of layers) {
    const next = layer.infer(y);
    if (y !== x) y.dispose();
    y = next;
  }
  return y;
}
