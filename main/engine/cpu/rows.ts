import type { TensorInfo } from '@tensorflow/tfjs-core';
import { offsetOf, output, splitMaps, withScratch, type Host } from './host.ts';
import { rowsAndMaps, type CpuKernel } from './kernel.ts';

export const sumRows: CpuKernel = {
  name: 'SumRows',
  run(host, { x }) {
    const { rows, maps } = rowsAndMaps(x);
    const sums = output(host, [maps]);
    withScratch(host, 12 * maps, (scratch) => {
      const [px, ps] = [offsetOf(host, x), offsetOf(host, sums)];
      splitMaps(host, rows, maps, (from, to) => [
        ['sumRows', px + 4 * from, ps + 4 * from, rows, to - from, maps, scratch + 12 * from],
      ]);
    });
    return sums;
  },
};

function move(
  host: Host,
  loop: 'takeMaps' | 'spreadMaps',
  from: TensorInfo,
  to: TensorInfo,
  kept: number[],
  maps: number,
): TensorInfo {
  const { rows } = rowsAndMaps(from);
  const outside = kept.find((map) => !(map >= 0 && map < maps));
  if (outside !== undefined) throw new RangeError(`Map ${outside} was kept, of ${maps}`);
  withScratch(host, 4 * kept.length, (indices) => {
    new Int32Array(host.module.HEAPU8.buffer, indices, kept.length).set(kept);
    host.team.run([[[loop, offsetOf(host, from), offsetOf(host, to), indices, rows, maps, kept.length]]]);
  });
  return to;
}

export const takeMaps: CpuKernel = {
  name: 'TakeMaps',
  run(host, { x }, attributes) {
    const { kept } = attributes as { kept: number[] };
    const y = output(host, [...x.shape.slice(0, -1), kept.length]);
    return move(host, 'takeMaps', x, y, kept, rowsAndMaps(x).maps);
  },
};

export const spreadMaps: CpuKernel = {
  name: 'SpreadMaps',
  run(host, { x }, attributes) {
    const { kept, maps } = attributes as { kept: number[]; maps: number };
    const y = output(host, [...x.shape.slice(0, -1), maps]);
    return move(host, 'spreadMaps', x, y, kept, maps);
  },
};
