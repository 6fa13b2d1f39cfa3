import * as tf from '@tensorflow/tfjs-core';
import { matMul } from '../../main/engine/ops.ts';
import type { ApplyGradient, Weights } from '../../main/model/layers/layer.ts';
import { random } from '../../main/random.ts';

/** Standard normal values, the same for the same key and shape. */
export function normals(key: string, shape: number[]): tf.Tensor {
  const source = random(1, key, ...shape);
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => source.normal()),
    shape,
  );
}

/** The largest difference, relative to the largest magnitude expected where that is above 1. Infinite for NaN. */
export function difference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (actual.shape.join() !== expected.shape.join()) {
    throw new Error(`got [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
  }
  const theirs = expected.dataSync();
  let largest = 1;
  let apart = 0;
  actual.dataSync().forEach((value, i) => {
    largest = Math.max(largest, Math.abs(theirs[i]));
    const off = Math.abs(value - theirs[i]);
    apart = Number.isNaN(off) ? Infinity : Math.max(apart, off);
  });
  return apart / largest;
}

/** Differences by name, of two records that must have the same names. */
export function differences(
  actual: Readonly<Record<string, tf.Tensor>>,
  expected: Readonly<Record<string, tf.Tensor>>,
): Record<string, number> {
  const names = Object.keys(expected).sort();
  if (Object.keys(actual).sort().join() !== names.join()) {
    throw new Error(`got ${Object.keys(actual).join(', ')}; expected ${names.join(', ')}`);
  }
  return Object.fromEntries(names.map((name) => [name, difference(actual[name], expected[name])]));
}

export function largest(values: Readonly<Record<string, number>>): number {
  return Math.max(0, ...Object.values(values));
}

/** Keeps the gradients of a backward pass by their parameters' names. */
export function collect(): { gradients: Record<string, tf.Tensor>; apply: ApplyGradient } {
  const gradients: Record<string, tf.Tensor> = {};
  return {
    gradients,
    apply: ({ name }, gradient) => {
      if (gradient instanceof tf.Tensor) {
        gradients[name] = gradient;
      } else {
        gradients[name] = matMul({ a: gradient.a, b: gradient.b, transposeA: true });
        tf.dispose(gradient);
      }
    },
  };
}

/** Puts random numbers in place of the weights and statistics there are at first, many of which are 0 or 1. */
export function randomise({ parameters, statistics }: Weights): void {
  tf.tidy(() => {
    for (const { name, value } of parameters) {
      value.assign(tf.add(tf.mul(normals(name, value.shape), 0.3), value));
    }
    for (const { name, value } of statistics) {
      if (value.dtype === 'float32') value.assign(tf.exp(tf.mul(normals(name, value.shape), 0.3)));
    }
  });
}

/** All weights and statistics by name, as they are now. */
export function named({ parameters, statistics }: Weights): Record<string, tf.Tensor> {
  return Object.fromEntries([...parameters, ...statistics].map(({ name, value }) => [name, value]));
}

/** Copies of the running means and variances. */
export function statisticsOf({ statistics }: Weights): Record<string, tf.Tensor> {
  return Object.fromEntries(statistics.map(({ name, value }) => [name, tf.tensor(value.dataSync(), value.shape)]));
}
