import { offsetOf, output } from './host.ts';
import { expectSize, rowsAndMaps, type CpuKernel } from './kernel.ts';

export interface ActivationAttribute {
  readonly activation: 'none' | 'relu';
}

/** A flag as the inner loops take it. */
export function reluFlag(attributes: object): number {
  return (attributes as ActivationAttribute).activation === 'relu' ? 1 : 0;
}

export const biasActivation: CpuKernel = {
  name: 'BiasActivation',
  run(host, { x, bias }, attributes) {
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, bias);
    const y = output(host, x.shape);
    const at = [x, y, bias].map((tensor) => offsetOf(host, tensor));
    host.loops.biasActivation(...at, rows, maps, reluFlag(attributes));
    return y;
  },
};

export const scaleShift: CpuKernel = {
  name: 'ScaleShift',
  run(host, { x, scale, shift }, attributes) {
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, scale, shift);
    const y = output(host, x.shape);
    const at = [x, y, scale, shift].map((tensor) => offsetOf(host, tensor));
    host.loops.scaleShift(...at, rows, maps, reluFlag(attributes));
    return y;
  },
};

export const reluGrad: CpuKernel = {
  name: 'ReluGrad',
  run(host, { dy, y }) {
    const { rows, maps } = rowsAndMaps(y);
    expectSize(rows * maps, dy);
    const dx = output(host, y.shape);
    host.loops.reluGrad(offsetOf(host, dy), offsetOf(host, y), offsetOf(host, dx), rows * maps);
    return dx;
  },
};
