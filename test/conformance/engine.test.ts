import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { engineNames, engineTable } from '../../main/engine/choices.ts';
import * as ops from '../../main/engine/ops.ts';
import { coarse, engines, evaluate, largestDifference, open, uniform, type Run } from './compare.ts';
import { where } from '../support/where.ts';
import { passed } from './passed.ts';

/**
 * Both sides round every sum to float32, in different orders. With values in ±1 a sum of K products has size √K/3, and
 * the two differ by about √K·2⁻²⁴ of that: 1.5e-6 at the largest K here (625). Ten times that is allowed; an index or
 * a border that is wrong shows as 0.1 and more.
 */
const TOLERANCE = 1.5e-5;

type Shape4D = [number, number, number, number];
type Input4D = tf.Tensor4D;

interface Window {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly maps: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

interface Convolution extends Window {
  readonly filters: number;
}

const convolutions: Convolution[] = [
  { n: 2, h: 8, w: 8, maps: 3, filters: 16, kernel: 3, stride: 1, pad: 1 },
  { n: 1, h: 1, w: 1, maps: 5, filters: 7, kernel: 3, stride: 1, pad: 1 },
  { n: 3, h: 5, w: 7, maps: 6, filters: 9, kernel: 1, stride: 1, pad: 0 },
  { n: 2, h: 7, w: 5, maps: 4, filters: 3, kernel: 1, stride: 2, pad: 0 },
  { n: 2, h: 8, w: 9, maps: 8, filters: 12, kernel: 4, stride: 2, pad: 2 },
  { n: 1, h: 11, w: 10, maps: 7, filters: 5, kernel: 5, stride: 3, pad: 3 },
  { n: 2, h: 12, w: 12, maps: 12, filters: 20, kernel: 7, stride: 2, pad: 3 },
  { n: 1, h: 4, w: 6, maps: 2, filters: 1, kernel: 3, stride: 3, pad: 0 },
  { n: 1, h: 25, w: 25, maps: 2, filters: 33, kernel: 3, stride: 1, pad: 1 },
  { n: 5, h: 2, w: 2, maps: 6, filters: 9, kernel: 3, stride: 1, pad: 1 },
  { n: 4, h: 2, w: 1, maps: 40, filters: 70, kernel: 4, stride: 2, pad: 2 },
  { n: 6, h: 1, w: 1, maps: 5, filters: 3, kernel: 3, stride: 1, pad: 3 },
  { n: 4, h: 4, w: 4, maps: 3, filters: 4, kernel: 2, stride: 3, pad: 0 },
  { n: 33, h: 3, w: 3, maps: 32, filters: 36, kernel: 3, stride: 1, pad: 1 },
];

const pools: Window[] = [
  { n: 2, h: 8, w: 8, maps: 16, kernel: 2, stride: 2, pad: 0 },
  { n: 1, h: 7, w: 9, maps: 5, kernel: 2, stride: 2, pad: 0 },
  { n: 2, h: 9, w: 8, maps: 6, kernel: 3, stride: 2, pad: 1 },
  { n: 1, h: 5, w: 5, maps: 3, kernel: 3, stride: 1, pad: 1 },
  { n: 3, h: 7, w: 7, maps: 4, kernel: 2, stride: 3, pad: 0 },
  { n: 1, h: 1, w: 1, maps: 9, kernel: 1, stride: 1, pad: 0 },
];

const window = {
  n: fc.integer({ min: 1, max: 3 }),
  h: fc.integer({ min: 1, max: 9 }),
  w: fc.integer({ min: 1, max: 9 }),
  maps: fc.integer({ min: 1, max: 21 }),
  kernel: fc.constantFrom(1, 2, 3, 4, 5, 7),
  stride: fc.integer({ min: 1, max: 3 }),
  pad: fc.integer({ min: 0, max: 3 }),
};

const fits = ({ h, w, kernel, pad }: Window): boolean => Math.min(h, w) + 2 * pad >= kernel;
const anyConvolution = fc.record({ ...window, filters: fc.integer({ min: 1, max: 19 }) }).filter(fits);
const anyPool = fc.record(window).filter((pool) => fits(pool) && pool.pad < pool.kernel);

function outputSize({ h, w, kernel, stride, pad }: Window): [number, number] {
  return [h, w].map((size) => Math.floor((size + 2 * pad - kernel) / stride) + 1) as [number, number];
}

it('SLUICE_REQUIRE_ENGINE names an engine there is', () => {
  expect([undefined, ...engineNames]).toContain(process.env.SLUICE_REQUIRE_ENGINE);
});

for (const engine of engines) {
  const found = await open(engine);

  it(`${engine.title} has passed this suite, here or on a machine of passed.ts, if auto may take it`, () => {
    const isProven = engineTable.some(({ name, proven }) => proven && name === engine.name);
    if (isProven && found === null) expect(Object.keys(passed)).toContain(engine.name);
  });

  where(found !== null, engine.lacking).describe(engine.title, () => {
    beforeAll(() => open(engine));

    const agree = async (shapes: number[][], run: Run, values = uniform): Promise<void> => {
      const actual = await evaluate(String(found), shapes, run, values);
      const expected = await evaluate('cpu', shapes, run, values);
      const differences = actual.map((output, i) => largestDifference(output, expected[i]));
      expect(Math.max(...differences), `differences ${differences.join(', ')}`).toBeLessThan(TOLERANCE);
    };

    const convolves = (c: Convolution): Promise<void> => {
      const x: Shape4D = [c.n, c.h, c.w, c.maps];
      const filter: Shape4D = [c.kernel, c.kernel, c.maps, c.filters];
      return agree([x, filter, [c.n, ...outputSize(c), c.filters]], (tx, tf4, dy) => [
        ops.conv2d({ x: tx as Input4D, filter: tf4 as Input4D, window: c }),
        ops.conv2dInputGrad({ dy: dy as Input4D, filter: tf4 as Input4D, inputShape: x, window: c }),
        ops.conv2dFilterGrad({ x: tx as Input4D, dy: dy as Input4D, filterShape: filter, window: c }),
      ]);
    };

    const pools2d = (p: Window): Promise<void> => {
      const size = { size: p.kernel, stride: p.stride, pad: p.pad };
      return agree(
        [
          [p.n, p.h, p.w, p.maps],
          [p.n, ...outputSize(p), p.maps],
        ],
        (x, dy) => {
          const y = ops.maxPool(x as Input4D, size);
          return [y, ops.maxPoolGrad({ dy: dy as Input4D, x: x as Input4D, y, window: size })];
        },
        coarse,
      );
    };

    const normalises = ([shape, activation]: [number[], ops.Activation]): Promise<void> => {
      const maps = shape[shape.length - 1];
      return agree([shape, [maps], [maps], shape], (x, gamma, beta, dy) => {
        const given = { x, gamma: gamma as tf.Tensor1D, epsilon: 1e-5, activation };
        const { y, mean, variance } = ops.batchNormTrain({ ...given, beta: beta as tf.Tensor1D });
        const { dx, dGamma, dBeta } = ops.batchNormGrad({ ...given, dy, y, mean, variance });
        return [y, mean, variance, dx, dGamma, dBeta];
      });
    };

    it.each(convolutions)('convolution $kernel/$stride/$pad of $h×$w×$maps and its gradients', convolves);

    it('convolutions of any shape and their gradients', () =>
      fc.assert(fc.asyncProperty(anyConvolution, convolves), { seed: 1, numRuns: 30 }));

    it.each(pools)('max pool $kernel/$stride/$pad of $h×$w×$maps and its gradient, with ties', pools2d);

    it('max pools of any shape and their gradients', () =>
      fc.assert(fc.asyncProperty(anyPool, pools2d), { seed: 1, numRuns: 30 }));

    it.each([
      [1, 1, 1],
      [5, 3, 7],
      [16, 10, 64],
      [6, 8, 256],
      [16, 1100, 300],
      [101, 261, 259],
      [97, 270, 513],
    ])('matrix product %i×%i, depth %i, either side transposed', (m, n, k) =>
      agree(
        [
          [m, k],
          [k, m],
          [k, n],
          [n, k],
        ],
        (a, at, b, bt) => {
          const [a2, at2, b2, bt2] = [a, at, b, bt] as tf.Tensor2D[];
          return [
            ops.matMul({ a: a2, b: b2 }),
            ops.matMul({ a: at2, b: b2, transposeA: true }),
            ops.matMul({ a: a2, b: bt2, transposeB: true }),
            ops.matMul({ a: at2, b: bt2, transposeA: true, transposeB: true }),
          ];
        },
      ),
    );

    it('batched and fused matrix products of tfjs', () =>
      agree([[3, 4, 5], [3, 5, 6], [5, 6], [6]], (a, b, shared, bias) =>
        tf.tidy(() => [
          tf.matMul(a, b),
          tf.matMul(a, tf.reshape(shared, [1, 5, 6])),
          tf.fused.matMul({ a: tf.reshape(a, [12, 5]), b: shared, bias, activation: 'relu' }),
          tf.fused.matMul({ a: tf.reshape(a, [12, 5]), b: shared, bias, activation: 'sigmoid' }),
        ]),
      ));

    it('convolutions and pools outside its own kernels are left to tfjs', () =>
      agree(
        [
          [2, 7, 8, 3],
          [3, 3, 3, 4],
        ],
        (x, filter) => [
          tf.conv2d(x as Input4D, filter as Input4D, 1, 'valid', 'NHWC', 2),
          tf.conv2d(x as Input4D, filter as Input4D, 2, 'same'),
          tf.maxPool(x as Input4D, [2, 3], [1, 2], 'same'),
        ],
      ));

    it.each<[number[], ops.Activation]>([
      [[2, 5, 5, 16], 'relu'],
      [[2, 5, 5, 20], 'none'],
      [[1, 1, 1, 3], 'relu'],
      [[3, 11, 9, 19], 'relu'],
      [[64, 10], 'none'],
      [[515, 37], 'relu'],
      [[7, 1], 'none'],
    ])('BatchNorm of a batch %j with %s and its gradient', (...c) => normalises(c));

    it('BatchNorm of any shape and its gradient', () =>
      fc.assert(
        fc.asyncProperty(
          fc.tuple(
            fc.tuple(fc.integer({ min: 2, max: 600 }), fc.integer({ min: 1, max: 40 })),
            fc.constantFrom<ops.Activation>('none', 'relu'),
          ),
          normalises,
        ),
        { seed: 1, numRuns: 20 },
      ));

    it.each([[[2, 3, 3, 16]], [[3, 10]], [[2, 5, 7]], [[700, 3]]])(
      'bias, scale and shift, ReLU gradient and row sums of %j',
      (shape) => {
        const maps = shape[shape.length - 1];
        return agree([shape, [maps], [maps], shape], (x, scale, shift, dy) => [
          ops.biasActivation(x, shift as tf.Tensor1D, 'none'),
          ops.biasActivation(x, shift as tf.Tensor1D, 'relu'),
          ops.scaleShift({ x, scale: scale as tf.Tensor1D, shift: shift as tf.Tensor1D, activation: 'none' }),
          ops.scaleShift({ x, scale: scale as tf.Tensor1D, shift: shift as tf.Tensor1D, activation: 'relu' }),
          ops.reluGrad({ dy, y: x }),
          ops.sumRows(x),
        ]);
      },
    );

    it.each([[[0]], [[2, 3, 9]], [[9, 0, 4]], [[...Array(10).keys()]]])('takes and spreads the maps %j of 10', (kept) =>
      agree(
        [
          [2, 3, 3, 10],
          [2, 3, 3, kept.length],
        ],
        (x, sent) => [ops.takeMaps(x, kept), ops.spreadMaps(sent, kept, 10)],
      ),
    );

    it.each([
      { learningRate: 0.1, momentum: 0, weightDecay: 0 },
      { learningRate: 0.1, momentum: 0, weightDecay: 0.5 },
      { learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 },
    ])('SGD steps with %o', (options) =>
      agree(
        [
          [5, 7],
          [5, 7],
        ],
        (w, grad) =>
          tf.tidy(() => {
            const param = tf.variable(w);
            const velocity = options.momentum > 0 ? tf.variable(tf.zerosLike(w)) : null;
            for (let step = 0; step < 3; step++) ops.sgdStep(param, grad, velocity, options);
            return velocity ? [param, velocity] : [param];
          }),
      ),
    );

    it.each([
      { rows: 5, columns: 7, samples: 3, learningRate: 0.1, momentum: 0, weightDecay: 0 },
      { rows: 33, columns: 20, samples: 300, learningRate: 0.01, momentum: 0, weightDecay: 0.5 },
      { rows: 260, columns: 9, samples: 16, learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 },
    ])('SGD steps along a product, %o', ({ rows, columns, samples, ...options }) =>
      agree(
        [
          [rows, columns],
          [samples, rows],
          [samples, columns],
        ],
        (w, a, b) =>
          tf.tidy(() => {
            const param = tf.variable(w);
            const velocity = options.momentum > 0 ? tf.variable(tf.zerosLike(w)) : null;
            const grad = { a: a as tf.Tensor2D, b: b as tf.Tensor2D };
            for (let step = 0; step < 3; step++) ops.sgdStep(param, grad, velocity, options);
            return velocity ? [param, velocity] : [param];
          }),
      ),
    );

    it('an SGD step leaves clones alone', async () => {
      const [param, kept] = await evaluate(String(found), [[3], [3]], (w, grad) => {
        const variable = tf.variable(w);
        const clone = variable.clone();
        ops.sgdStep(variable, grad, null, { learningRate: 1, momentum: 0, weightDecay: 0 });
        return [variable, clone];
      });
      expect(Array.from(kept)).toEqual(Array.from(uniform(3, 0)));
      expect(param).not.toEqual(kept);
    });

    it('activations let a NaN through, so that a training that diverges shows', async () => {
      const [biased, scaled, pooled] = await evaluate(
        String(found),
        [[1, 2, 2, 5], [5]],
        (x, ones) => [
          ops.biasActivation(x, ones as tf.Tensor1D, 'relu'),
          ops.scaleShift({ x, scale: ones as tf.Tensor1D, shift: ones as tf.Tensor1D, activation: 'relu' }),
          ops.maxPool(x as Input4D, { size: 2, stride: 2, pad: 0 }),
        ],
        (count) => new Float32Array(count).fill(count === 5 ? 1 : NaN),
      );
      expect([...biased, ...scaled, ...pooled]).toSatisfy((values: number[]) => values.every(Number.isNaN));
    });

    it('BatchNorm far from zero keeps its digits', async () => {
      const far = (count: number, stream: number): Float32Array =>
        uniform(count, stream).map((v) => (count === 4096 ? 1000 + v : 1));
      const [, mean, variance] = await evaluate(
        String(found),
        [[512, 8], [8], [8]],
        (x, gamma, beta) => {
          const learned = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D };
          const { y, mean, variance } = ops.batchNormTrain({ x, ...learned, epsilon: 1e-5, activation: 'none' });
          return [y, mean, variance];
        },
        far,
      );
      const column = Array.from(far(4096, 0)).filter((_, i) => i % 8 === 3);
      const exact = column.reduce((sum, v) => sum + v, 0) / 512;
      expect(mean[3]).toBeCloseTo(exact, 3);
      expect(variance[3]).toBeCloseTo(column.reduce((sum, v) => sum + (v - exact) ** 2, 0) / 512, 5);
    });

    it('the same inputs give the same bits, and nothing stays behind', async () => {
      const shapes: Shape4D[] = [
        [4, 9, 9, 24],
        [3, 3, 24, 40],
        [4, 9, 9, 40],
      ];
      const same = { stride: 1, pad: 1 };
      const step: Run = (x, filter, dy) => [
        ops.conv2d({ x: x as Input4D, filter: filter as Input4D, window: same }),
        ops.conv2dInputGrad({ dy: dy as Input4D, filter: filter as Input4D, inputShape: shapes[0], window: same }),
        ops.conv2dFilterGrad({ x: x as Input4D, dy: dy as Input4D, filterShape: shapes[1], window: same }),
      ];
      const first = await evaluate(String(found), shapes, step);
      const heap = (): number =>
        (tf.backend() as unknown as { wasm?: { HEAPU8: Uint8Array } }).wasm?.HEAPU8.length ?? 0;
      const before = heap();
      // The heap is that of the cpu engine; the others need not show so often that they give the same bits.
      for (let i = 0; i < (heap() > 0 ? 100 : 5); i++) {
        const again = await evaluate(String(found), shapes, step);
        expect(again.every((values, k) => Buffer.from(values.buffer).equals(Buffer.from(first[k].buffer)))).toBe(true);
      }
      expect(heap()).toBe(before);
    });
  });
}
