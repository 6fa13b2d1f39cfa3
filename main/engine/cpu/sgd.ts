import { util } from '@tensorflow/tfjs-core';
import { gemm } from './gemm.ts';
import { offsetOf, splitRows, withScratch } from './host.ts';
import { expectSize, type CpuKernel } from './kernel.ts';
import { call } from './operations.ts';

interface SgdAttributes {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Writes into `param` and, with momentum, `velocity`. No outputs. */
export const sgdStep: CpuKernel = {
  name: 'SgdStep',
  run(host, { param, grad, velocity }, attributes) {
    const { learningRate, momentum, weightDecay } = attributes as SgdAttributes;
    expectSize(util.sizeFromShape(param.shape), grad, ...(velocity ? [velocity] : []));
    const [w, g, count] = [offsetOf(host, param), offsetOf(host, grad), util.sizeFromShape(param.shape)];
    const v = velocity ? offsetOf(host, velocity) : null;
    splitRows(host, count, 1, (from, to) => {
      const skip = 4 * from;
      const step = { w: w + skip, grad: g + skip, count: to - from, rate: learningRate, decay: weightDecay };
      return [v === null ? call('sgd', step) : call('sgdMomentum', { ...step, v: v + skip, momentum })];
    });
    return [];
  },
};

/** `sgdStep` without momentum for the gradient aᵀ·b, which is added to `param` as it is multiplied out. No outputs. */
export const sgdProductStep: CpuKernel = {
  name: 'SgdProductStep',
  run(host, { param, a, b }, attributes) {
    const { learningRate, weightDecay } = attributes as SgdAttributes;
    const [samples, rows] = a.shape;
    const columns = b.shape[1];
    expectSize(rows * columns, param);
    expectSize(samples * columns, b);
    withScratch(host, 4 * samples * rows, (scaled) => {
      // −learningRate · a is where a step from zero leads.
      host.team.run([
        [
          call('zero', { to: scaled, count: samples * rows }),
          call('sgd', { w: scaled, grad: offsetOf(host, a), count: samples * rows, rate: learningRate, decay: 0 }),
        ],
      ]);
      gemm(host, {
        transposeA: true,
        m: rows,
        n: columns,
        k: samples,
        a: scaled,
        lda: rows,
        b: offsetOf(host, b),
        ldb: columns,
        beta: 1 - learningRate * weightDecay,
        c: offsetOf(host, param),
        ldc: columns,
      });
    });
    return [];
  },
};
