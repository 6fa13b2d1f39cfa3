import type { TensorInfo } from '@tensorflow/tfjs-core';
import { offsetOf, output, splitMaps, withScratch, type Host } from './host.ts';
import { rowsAndMaps, type CpuKernel } from './kernel.ts';
import { call } from './operations.ts';

export const sumRows: CpuKernel = {
  name: 'SumRows',
  run(host, { x }) {
    const { rows, maps } = rowsAndMaps(x);
    const sums = output(host, [maps]);
    withScratch(host, 12 * maps, (scratch) => {
      const [px, ps] = [offsetOf(host, x), offsetOf(host, sums)];
      splitMaps(host, rows, maps, (from, to) => [
        call('sumRows', {
          x: px + 4 * from,
          sums: ps + 4 * from,
          rows,
          maps: to - from,
          stride: maps,
          scratch: scratch + 12 * from,
        }),
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
    const [x, y] = [offsetOf(host, from), offsetOf(host, to)];
    host.team.run([[call(loop, { x, y, kept: indices, rows, maps, count: kept.length })]]);
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
