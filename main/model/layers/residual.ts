import * as tf from '@tensorflow/tfjs-core';
import { reluGrad } from '../../engine/ops.ts';
import type { ResidualEntry } from '../spec.ts';
import type { Layer } from './layer.ts';
import { normConv } from './norm-conv.ts';
import { sequence } from './sequence.ts';

/** ResNet's basic block, under torchvision's names: relu(bn2(conv2(relu(bn1(conv1 x)))) + shortcut(x)). */
export function residual(entry: ResidualEntry, maps: number, name: string, seed: number): Layer {
  const { filters, stride } = entry;
  const conv = (convName: string, normName: string, from: number, kernel: number, step: number, relu: boolean): Layer =>
    normConv({
      convName: `${name}.${convName}`,
      normName: `${name}.${normName}`,
      maps: from,
      filters,
      kernel,
      window: { stride: step, pad: kernel >> 1 },
      activation: relu ? 'relu' : 'none',
      bias: false,
      seed,
    });
  const main = sequence([conv('conv1', 'bn1', maps, 3, stride, true), conv('conv2', 'bn2', filters, 3, 1, false)]);
  const plain = stride === 1 && maps === filters;
  const shortcut = plain ? sequence([]) : conv('downsample.0', 'downsample.1', maps, 1, stride, false);
  return {
    parameters: [...main.parameters, ...shortcut.parameters],
    statistics: [...main.statistics, ...shortcut.statistics],
    infer: (x) => tf.tidy(() => tf.relu(tf.add(main.infer(x), shortcut.infer(x)))),
    forward(x, pass) {
      const a = main.forward(x, pass);
      const b = shortcut.forward(x, pass);
      const y = tf.tidy(() => tf.relu(tf.add(a.y, b.y)));
      return {
        y,
        backward(dy, apply, inputGradient) {
          const dSum = reluGrad({ dy, y });
          y.dispose();
          const da = a.backward(dSum, apply, inputGradient);
          const db = b.backward(dSum, apply, inputGradient);
          const dx = da && db ? tf.add(da, db) : null;
          tf.dispose([dSum, da, db].filter((t) => t !== null));
          return dx;
        },
      };
    },
  };
}
