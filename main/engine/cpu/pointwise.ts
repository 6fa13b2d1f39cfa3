import { offsetOf, output, splitRows, type Host } from './host.ts';
import { expectSize, rowsAndMaps, type CpuKernel } from './kernel.ts';
import { call, type Fields } from './operations.ts';

export interface ActivationAttribute {
  readonly activation: 'none' | 'relu';
}

/** A flag as the inner loops take it. */
export function reluFlag(attributes: object): number {
  return (attributes as ActivationAttribute).activation === 'relu' ? 1 : 0;
}

/** y = activation(x + bias) on [rows, maps]; y may be x. */
export function addBias(host: Host, { x, y, bias, rows, maps, relu }: Fields<'biasActivation'>): void {
  splitRows(host, rows, maps, (from, to) => {
    const skip = 4 * from * maps;
    return [call('biasActivation', { x: x + skip, y: y + skip, bias, rows: to - from, maps, relu })];
  });
}

export const biasActivation: CpuKernel = {
  name: 'BiasActivation',
  run(host, { x, bias }, attributes) {
    const { rows, maps } = rowsAndMaps(x);
    expectSize(maps, bias);
    const y = output(host, x.shape);
    const [px, py, pb] = [offsetOf(host, x), offsetOf(host, y), offsetOf(host, bias)];
    addBias(host, { x: px, y: py, bias: pb, rows, maps, relu: reluFlag(attributes) });
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
    const shared = { scale: ps, shift: pt, maps, stride: maps, relu: reluFlag(attributes) };
    splitRows(host, rows, maps, (from, to) => {
      const skip = 4 * from * maps;
      return [call('scaleShift', { ...shared, x: px + skip, y: py + skip, rows: to - from })];
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
      call('reluGrad', { dy: pd + 4 * from, y: py + 4 * from, dx: px + 4 * from, count: to - from }),
    ]);
    return dx;
  },
};
