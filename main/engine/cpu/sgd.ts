import { util } from '@tensorflow/tfjs-core';
import { offsetOf, splitRows } from './host.ts';
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
