import * as tf from '@tensorflow/tfjs-core';
import { random } from '../../random.ts';
import { drawn } from './drawn.ts';
import { parameter, type Parameter } from './layer.ts';

/** New weights as PyTorch draws them: uniform on ±1/√fanIn, a stream of random numbers for every name. */
export function uniform<R extends tf.Rank>(
  name: string,
  shape: tf.ShapeMap[R],
  fanIn: number,
  seed: number,
): tf.Tensor<R> {
  const values = drawn(name, tf.util.sizeFromShape(shape), (empty) =>
    random(seed, 'weights', name).fillUniform(empty, 1 / Math.sqrt(fanIn)),
  );
  return tf.tensor<R>(values, shape);
}

/** The filter of the convolution `name`, [kh, kw, in, out]. */
export function initialFilter(
  name: string,
  shape: [number, number, number, number],
  fanIn: number,
  seed: number,
): Parameter<tf.Rank.R4> {
  const weight = `${name}.weight`;
  return parameter(weight, uniform<tf.Rank.R4>(weight, shape, fanIn, seed), 'convolution');
}

/** The bias of the layer `name`. */
export function initialBias(name: string, size: number, fanIn: number, seed: number): Parameter<tf.Rank.R1> {
  return parameter(`${name}.bias`, uniform<tf.Rank.R1>(`${name}.bias`, [size], fanIn, seed));
}
