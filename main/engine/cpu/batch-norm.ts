import type { TensorInfo } from '@tensorflow/tfjs-core';
import { offsetOf, output, splitMaps, withScratch } from './host.ts';
import { expectSize, rowsAndMaps, type CpuKernel } from './kernel.ts';
import type { Offset } from './loops.ts';
import { call } from './operations.ts';
import { reluFlag } from './pointwise.ts';

interface BatchNormAttributes {
  readonly epsilon: number;
}

export const batchNormTrain: CpuKernel = {
  name: 'BatchNormTrain',
  run(host, { x, gamma, beta }, attributes) {
    const { epsilon: eps } = attributes as BatchNormAttributes;
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, gamma, beta);
    const [y, mean, variance] = [output(host, x.shape), output(host, [maps]), output(host, [maps])];
    const at = (tensor: TensorInfo, from: number): Offset => offsetOf(host, tensor) + 4 * from;
    const relu = reluFlag(attributes);
    withScratch(host, 24 * maps, (scratch) => {
      splitMaps(host, rows, maps, (from, to) => {
        const statistics = { mean: at(mean, from), variance: at(variance, from) };
        const [own, count] = [scratch + 24 * from, to - from];
        const affine = { scale: own, shift: own + 4 * count };
        const learned = { gamma: at(gamma, from), beta: at(beta, from), eps };
        const matrix = { x: at(x, from), rows, maps: count, stride: maps };
        return [
          call('batchNormMoments', { ...matrix, ...statistics, scratch: own }),
          call('batchNormCoefficients', { ...statistics, ...learned, ...affine, maps: count }),
          call('scaleShift', { ...matrix, ...affine, y: at(y, from), relu }),
        ];
      });
    });
    return [y, mean, variance];
  },
};

export const batchNormTrainGrad: CpuKernel = {
  name: 'BatchNormTrainGrad',
  run(host, { dy, x, y, mean, variance, gamma }, attributes) {
    const { epsilon: eps } = attributes as BatchNormAttributes;
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, mean, variance, gamma);
    expectSize(rows * maps, dy, y);
    const [dx, dGamma, dBeta] = [output(host, x.shape), output(host, [maps]), output(host, [maps])];
    withScratch(host, 28 * maps, (scratch) => {
      splitMaps(host, rows, maps, (from, to) => {
        const at = (tensor: TensorInfo): Offset => offsetOf(host, tensor) + 4 * from;
        return [
          call('batchNormGrad', {
            dy: at(dy),
            x: at(x),
            y: at(y),
            mean: at(mean),
            variance: at(variance),
            gamma: at(gamma),
            eps,
            rows,
            maps: to - from,
            stride: maps,
            relu: reluFlag(attributes),
            dx: at(dx),
            dGamma: at(dGamma),
            dBeta: at(dBeta),
            scratch: scratch + 28 * from,
          }),
        ];
      });
    });
    return [dx, dGamma, dBeta];
  },
};
