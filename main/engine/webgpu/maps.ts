import type * as tf from '@tensorflow/tfjs-core';
import { dispatch, empty, openBackend, type Kernel } from './dispatch.ts';

type Indices = Int32Array | readonly number[];

/** Map i of y is map indices[i] of x, or zero where that is negative. */
const pickMaps: Kernel = {
  name: 'pick maps',
  reads: ['x', 'indices'],
  writes: ['y'],
  uniforms: ['size', 'source', 'into'],
  threads: [256, 1],
  body: `
  let i = group * 256 + thread;
  if (i >= u.size) { return; }
  let map = indices[i % u.into];
  y[i] = select(0.0, x[i / u.into * u.source + max(map, 0)], map >= 0);`,
};

/** The maps `kept` of x, in that order: [..., maps] → [..., kept.length]. Throws RangeError for one that x has not got. */
export function takeMaps<T extends tf.Tensor>(x: T, kept: Indices): T {
  requireMaps(kept, x.shape[x.rank - 1]);
  return pick(
    x,
    kept.length,
    uploaded(kept, 'taken', () => Int32Array.from(kept)),
  );
}

/** The adjoint of takeMaps: map i of x becomes map kept[i] of `maps`, the others are zero. Throws RangeError beyond those. */
export function spreadMaps<T extends tf.Tensor>(x: T, kept: Indices, maps: number): T {
  requireMaps(kept, maps);
  return pick(
    x,
    maps,
    uploaded(kept, `spread over ${maps}`, () => {
      const places = new Int32Array(maps).fill(-1);
      kept.forEach((map, i) => (places[map] = i));
      return places;
    }),
  );
}

function requireMaps(kept: Indices, maps: number): void {
  for (const map of kept) {
    if (!(map >= 0 && map < maps)) throw new RangeError(`map ${map} is not one of ${maps}`);
  }
}

function pick<T extends tf.Tensor>(x: T, into: number, indices: GPUBuffer): T {
  const source = x.shape[x.rank - 1];
  const y = empty<T>([...x.shape.slice(0, -1), into]);
  const uniforms = { size: y.size, source, into };
  dispatch(pickMaps, { reads: [x, indices], writes: [y], uniforms, groups: Math.ceil(y.size / 256) });
  return y;
}

/** Indices that are on the GPU: a step takes the same maps many times. They go with their array. */
const known = new WeakMap<Indices, Map<string, { readonly device: GPUDevice; readonly buffer: GPUBuffer }>>();

function uploaded(kept: Indices, use: string, make: () => Int32Array): GPUBuffer {
  const { device } = openBackend();
  const uses = known.get(kept) ?? new Map<string, { device: GPUDevice; buffer: GPUBuffer }>();
  known.set(kept, uses);
  const found = uses.get(use);
  if (found?.device === device) return found.buffer;
  const indices = make();
  const buffer = device.createBuffer({
    size: indices.byteLength,
    usage: GPUBufferUsage.STORAGE,
    mappedAtCreation: true,
  });
  new Int32Array(buffer.getMappedRange()).set(indices);
  buffer.unmap();
  uses.set(use, { device, buffer });
  return buffer;
}
