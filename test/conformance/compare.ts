import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { adapters } from '../../main/engine/adapters.ts';
import { engineTable, type EngineName } from '../../main/engine/choices.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { useOps, type Ops } from '../../main/engine/ops/current.ts';
import { SluiceError } from '../../main/errors.ts';
import { random } from '../../main/random.ts';
import type { Reason } from '../support/reasons.ts';

export interface Compared {
  readonly title: string;
  readonly name: EngineName;
  readonly blas: boolean;
  /** Why it is skipped where it is not there. */
  readonly lacking: Reason;
}

/** What is held to the plain tfjs `cpu` backend: every engine, and Sluice's CPU engine twice. */
export const engines: readonly Compared[] = engineTable.flatMap<Compared>(({ name }) =>
  name === 'cpu'
    ? [
        { title: 'cpu with BLAS', name, blas: true, lacking: 'no BLAS' },
        { title: 'cpu without BLAS', name, blas: false, lacking: 'no BLAS' },
      ]
    : [{ title: name, name, blas: false, lacking: `no ${name} engine` }],
);

/** The operations that the engine under test brings itself; the backend it is held to takes the standard ones. */
let own: Partial<Ops> = {};

const chosenBlas = process.env.SLUICE_BLAS;

/**
 * Opens an engine and tells the name of its backend, or null where this machine has not got it. The cpu engine, which
 * needs nothing, and the one that SLUICE_REQUIRE_ENGINE names must be there. Whatever else keeps one from opening fails.
 */
export async function open({ name, blas }: Omit<Compared, 'lacking'>): Promise<string | null> {
  if (!blas) process.env.SLUICE_BLAS = 'none';
  else if (chosenBlas === undefined) delete process.env.SLUICE_BLAS;
  else process.env.SLUICE_BLAS = chosenBlas;
  try {
    const engine = await openEngine(name, { threads: 2 });
    own = adapters[name].ops ?? {};
    if (!blas || engine.advice === undefined) return tf.getBackend();
    throw new SluiceError('engine-unavailable', `${name} finds no BLAS here. ${engine.advice}`);
  } catch (error) {
    const isAbsent = error instanceof SluiceError && error.code === 'engine-unavailable';
    const isRequired = (name === 'cpu' && !blas) || process.env.SLUICE_REQUIRE_ENGINE === name;
    if (isAbsent && !isRequired) return null;
    throw error;
  }
}

/** Values in ±1, the same for the same stream and count. */
export function uniform(count: number, stream: number): Float32Array {
  const source = random(1, stream, count);
  return Float32Array.from({ length: count }, () => 2 * source.uniform() - 1);
}

/** Few different values, so that a window has several maxima. */
export function coarse(count: number, stream: number): Float32Array {
  return uniform(count, stream).map((value) => Math.round(2 * value));
}

export type Run = (...inputs: tf.Tensor[]) => tf.Tensor[];

/** What `run` gives on a backend, for inputs of these shapes. Fails when it leaves tensors behind. */
export async function evaluate(
  backend: string,
  shapes: readonly number[][],
  run: Run,
  values = uniform,
): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  useOps(backend === 'cpu' ? {} : own);
  const before = tf.memory().numTensors;
  const inputs = shapes.map((shape, i) => tf.tensor(values(tf.util.sizeFromShape(shape), i), shape, 'float32'));
  const outputs = run(...inputs);
  const read = await Promise.all(outputs.map((output) => output.data<'float32'>()));
  tf.dispose([inputs, outputs]);
  const left = tf.memory().numTensors - before;
  if (left !== 0) throw new Error(`${left} tensors left behind`);
  return read;
}

/** The largest difference, relative to the largest value expected where that is above 1. */
export function largestDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  let scale = 1;
  actual.forEach((value, i) => {
    const difference = Math.abs(value - expected[i]);
    if (!(difference <= largest)) largest = difference;
    scale = Math.max(scale, Math.abs(expected[i]));
  });
  return largest / scale;
}
