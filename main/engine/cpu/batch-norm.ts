import { offsetOf, output, splitMaps, withScratch } from './host.ts';
import { expectSize, rowsAndMaps, type CpuKernel } from './kernel.ts';
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
    const [px, py, pm, pv, pg, pb] = [x, y, mean, variance, gamma, beta].map((tensor) => offsetOf(host, tensor));
    withScratch(host, 24 * maps, (scratch) => {
      splitMaps(host, rows, maps, (from, to) => {
        const [x, y, mean, variance, gamma, beta] = [px, py, pm, pv, pg, pb].map((at) => at + 4 * from);
        const [own, count] = [scratch + 24 * from, to - from];
        const [scale, shift] = [own, own + 4 * count];
        return [
          ['batchNormMoments', x, rows, count, maps, mean, variance, own],
          ['batchNormCoefficients', mean, variance, gamma, beta, eps, count, scale, shift],
          ['scaleShift', x, y, scale, shift, rows, count, maps, reluFlag(attributes)],
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
    const outputs = [output(host, x.shape), output(host, [maps]), output(host, [maps])];
    const inputs = [dy, x, y, mean, variance, gamma].map((tensor) => offsetOf(host, tensor));
    const results = outputs.map((tensor) => offsetOf(host, tensor));
    withScratch(host, 28 * maps, (scratch) => {
      splitMaps(host, rows, maps, (from, to) => {
        const [ins, outs] = [inputs, results].map((tensors) => tensors.map((at) => at + 4 * from));
        const shape = [rows, to - from, maps];
        return [['batchNormGrad', ...ins, eps, ...shape, reluFlag(attributes), ...outs, scratch + 28 * from]];
      });
    });
    return outputs;
  },
};
