import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine, type EngineName } from '../../main/engine/engine.ts';
import * as ops from '../../main/engine/ops.ts';
import { random } from '../../main/random.ts';

/** Every engine this machine has is held to the plain tfjs `cpu` backend. The CPU engine stands here twice. */
const engines: { title: string; name: EngineName; blas?: string }[] = [
  { title: 'cpu with BLAS', name: 'cpu' },
  { title: 'cpu without BLAS', name: 'cpu', blas: 'none' },
  { title: 'webgpu', name: 'webgpu' },
  { title: 'cuda', name: 'cuda' },
];

/**
 * Both sides sum in float32 in different orders. A sum of K products of values in ±1 is off by about √K·2⁻²⁴·√(K/9)
 * ≈ 1e-5 at the largest K here (588); a wrong index or a missing border is off by 0.1 and more.
 */
const TOLERANCE = 3e-5;

type Run = (...inputs: tf.Tensor[]) => tf.Tensor[];

async function evaluate(backend: string, shapes: number[][], run: Run): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const inputs = shapes.map((shape, i) => tf.tensor(values(tf.util.sizeFromShape(shape), i), shape, 'float32'));
  const outputs = run(...inputs);
  const read = outputs.map((output) => output.dataSync<'float32'>());
  tf.dispose([inputs, outputs]);
  return read;
}

function values(count: number, stream: number): Float32Array {
  const source = random(count, stream);
  return Float32Array.from({ length: count }, () => 2 * source.uniform() - 1);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let [largest, scale] = [0, 1];
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
    scale = Math.max(scale, Math.abs(b[i] as number));
  }
  return largest / scale;
}

interface ConvCase {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly maps: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

const convCases: ConvCase[] = [
  { n: 2, h: 8, w: 8, maps: 3, filters: 16, kernel: 3, stride: 1, pad: 1 },
  { n: 1, h: 1, w: 1, maps: 5, filters: 7, kernel: 3, stride: 1, pad: 1 },
  { n: 3, h: 5, w: 7, maps: 6, filters: 9, kernel: 1, stride: 1, pad: 0 },
  { n: 2, h: 7, w: 5, maps: 4, filters: 3, kernel: 1, stride: 2, pad: 0 },
  { n: 2, h: 8, w: 9, maps: 8, filters: 12, kernel: 4, stride: 2, pad: 2 },
  { n: 1, h: 11, w: 10, maps: 7, filters: 5, kernel: 5, stride: 3, pad: 3 },
  { n: 2, h: 12, w: 12, maps: 12, filters: 20, kernel: 7, stride: 2, pad: 3 },
  { n: 1, h: 4, w: 6, maps: 2, filters: 1, kernel: 3, stride: 3, pad: 0 },
];

const anyConv = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 1, max: 9 }),
    w: fc.integer({ min: 1, max: 9 }),
    maps: fc.integer({ min: 1, max: 18 }),
    filters: fc.integer({ min: 1, max: 19 }),
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    pad: fc.integer({ min: 0, max: 3 }),
  })
  .filter(({ h, w, kernel, pad }) => Math.min(h, w) + 2 * pad >= kernel);

const outSize = (size: number, kernel: number, stride: number, pad: number): number =>
  Math.floor((size + 2 * pad - kernel) / stride) + 1;

for (const { title, name, blas } of engines) {
  let backend = '';
  const open = async (): Promise<boolean> => {
    if (blas) process.env.SLUICE_BLAS = blas;
    else delete process.env.SLUICE_BLAS;
    const engine = await openEngine(name).catch(() => null);
    backend = tf.getBackend();
    return engine !== null;
  };

  describe.skipIf(!(await open()))(title, () => {
    beforeAll(open);

    const agree = async (shapes: number[][], run: Run): Promise<void> => {
      const actual = await evaluate(backend, shapes, run);
      const expected = await evaluate('cpu', shapes, run);
      expect(actual.map((output, i) => largestDifference(output, expected[i] as Float32Array))).toSatisfy(
        (differences: number[]) => differences.every((difference) => difference < TOLERANCE),
      );
    };

    const convolutionAgrees = ({ n, h, w, maps, filters, kernel, stride, pad }: ConvCase): Promise<void> => {
      const [x, filter] = [
        [n, h, w, maps],
        [kernel, kernel, maps, filters],
      ] as [[number, number, number, number], [number, number, number, number]];
      const dy = [n, outSize(h, kernel, stride, pad), outSize(w, kernel, stride, pad), filters];
      const window = { stride, pad };
      return agree([x, filter, dy], (tx, tf4, tdy) => [
        ops.conv2d(tx as tf.Tensor4D, tf4 as tf.Tensor4D, window),
        ops.conv2dInputGrad(tdy as tf.Tensor4D, tf4 as tf.Tensor4D, x, window),
        ops.conv2dFilterGrad(tx as tf.Tensor4D, tdy as tf.Tensor4D, filter, window),
      ]);
    };

    it.each(convCases)('convolution and its gradients %o', convolutionAgrees);

    it('convolution and its gradients of any shape', () =>
      fc.assert(fc.asyncProperty(anyConv, convolutionAgrees), { seed: 1, numRuns: 25 }));
  });
}
