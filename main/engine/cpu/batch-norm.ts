import { offsetOf, output, withScratch } from './host.ts';
import { expectSize, rowsAndMaps, type CpuKernel } from './kernel.ts';
import { reluFlag } from './pointwise.ts';

interface BatchNormAttributes {
  readonly eps: number;
}

export const batchNormTrain: CpuKernel = {
  name: 'BatchNormTrain',
  run(host, { x, gamma, beta }, attributes) {
    const { eps } = attributes as BatchNormAttributes;
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, gamma, beta);
    const [y, mean, variance] = [output(host, x.shape), output(host, [maps]), output(host, [maps])];
    const [px, py, pm, pv] = [x, y, mean, variance].map((tensor) => offsetOf(host, tensor)) as [
      number,
      number,
      number,
      number,
    ];
    withScratch(host, 24 * maps, (scratch) => {
      const [scale, shift] = [scratch, scratch + 4 * maps];
      host.loops.batchNormMoments(px, rows, maps, pm, pv, scratch);
      host.loops.batchNormCoefficients(pm, pv, offsetOf(host, gamma), offsetOf(host, beta), eps, maps, scale, shift);
      host.loops.scaleShift(px, py, scale, shift, rows, maps, reluFlag(attributes));
    });
    return [y, mean, variance];
  },
};

export const batchNormTrainGrad: CpuKernel = {
  name: 'BatchNormTrainGrad',
  run(host, { dy, x, y, mean, variance, gamma }, attributes) {
    const { eps } = attributes as BatchNormAttributes;
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, mean, variance, gamma);
    expectSize(rows * maps, dy, y);
    const outputs = [output(host, x.shape), output(host, [maps]), output(host, [maps])];
    const inputs = [dy, x, y, mean, variance, gamma].map((tensor) => offsetOf(host, tensor));
    const results = outputs.map((tensor) => offsetOf(host, tensor));
    withScratch(host, 28 * maps, (scratch) => {
      host.loops.batchNormGrad(...inputs, eps, rows, maps, reluFlag(attributes), ...results, scratch);
    });
    return outputs;
  },
};
