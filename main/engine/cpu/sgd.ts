import { util } from '@tensorflow/tfjs-core';
import { gemm } from './gemm.ts';
import { offsetOf, splitRows, withScratch } from './host.ts';
import { expectSize, type CpuKernel } from './kernel.ts';

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
      const [wi, gi, values] = [w + 4 * from, g + 4 * from, to - from];
      if (v === null) return [['sgd', wi, gi, values, learningRate, weightDecay]];
      return [['sgdMomentum', wi, gi, v + 4 * from, values, learningRate, weightDecay, momentum]];
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
          ['zero', scaled, samples * rows],
          ['sgd', scaled, offsetOf(host, a), samples * rows, learningRate, 0],
        ],
      ]);
      const [w, kept] = [offsetOf(host, param), 1 - learningRate * weightDecay];
      gemm(host, true, false, rows, columns, samples, scaled, rows, offsetOf(host, b), columns, kept, w, columns);
    });
    return [];
  },
};
