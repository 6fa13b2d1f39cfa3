import { offsetOf, output, splitRows, type Host } from './host.ts';
import { expectSize, rowsAndMaps, type CpuKernel } from './kernel.ts';
import type { Offset } from './loops.ts';

export interface ActivationAttribute {
  readonly activation: 'none' | 'relu';
}

/** A flag as the inner loops take it. */
export function reluFlag(attributes: object): number {
  return (attributes as ActivationAttribute).activation === 'relu' ? 1 : 0;
}

/** y = activation(x + bias) on [rows, maps]; y may be x. */
export function addBias(
  host: Host,
  x: Offset,
  y: Offset,
  bias: Offset,
  rows: number,
  maps: number,
  relu: number,
): void {
  splitRows(host, rows, maps, (from, to) => {
    const skip = 4 * from * maps;
    return [['biasActivation', x + skip, y + skip, bias, to - from, maps, relu]];
  });
}

export const biasActivation: CpuKernel = {
  name: 'BiasActivation',
  run(host, { x, bias }, attributes) {
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, bias);
    const y = output(host, x.shape);
    addBias(host, offsetOf(host, x), offsetOf(host, y), offsetOf(host, bias), rows, maps, reluFlag(attributes));
    return y;
  },
};

export const scaleShift: CpuKernel = {
  name: 'ScaleShift',
  run(host, { x, scale, shift }, attributes) {
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, scale, shift);
    const y = output(host, x.shape);
    const [px, py, ps, pt] = [x, y, scale, shift].map((tensor) => offsetOf(host, tensor));
    splitRows(host, rows, maps, (from, to) => {
      const skip = 4 * from * maps;
      return [['scaleShift', px + skip, py + skip, ps, pt, to - from, maps, maps, reluFlag(attributes)]];
    });
    return y;
  },
};

export const reluGrad: CpuKernel = {
  name: 'ReluGrad',
  run(host, { dy, y }) {
    const { rows, maps } = rowsAndMaps(y);
    expectSize(rows * maps, dy);
    const dx = output(host, y.shape);
    const [pd, py, px] = [dy, y, dx].map((tensor) => offsetOf(host, tensor));
    splitRows(host, rows * maps, 1, (from, to) => [
      ['reluGrad', pd + 4 * from, py + 4 * from, px + 4 * from, to - from],
    ]);
    return dx;
  },
};
