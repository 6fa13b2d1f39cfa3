import { split, splitRows, withScratch, type Host } from './host.ts';
import type { Offset } from './loops.ts';
import { call } from './operations.ts';
import type { Convolved } from './pairs.ts';

/** A convolution 3×3 with stride 1 and padding 1: its images, before and after, and their maps. */
export interface Same3x3 {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly maps: number;
  readonly filters: number;
}

/**
 * Tiles from which on transforming the filters pays: it takes two thirds of the time of patches for images of 4×4 (two
 * cores of an AMD EPYC with AVX-512, OpenBLAS 0.3.21, Nov 2026: docs/results.md). The two constants below were set in
 * the same month on a machine that was not noted; test/bench/training.ts shows what they do.
 */
const ENOUGH_TILES = 64;

/** Transformed tiles are made and used this much at a time, so that they are read while still in the cache. */
const TILE_BYTES = 4 << 20;

/** Planes do not lie a power of two apart, or the same maps of all would share few places of the cache. */
const GAP = 16;

const planes = Array.from({ length: 16 }, (_, i) => i);

/** Turning the filters by 180° swaps the first and last row and column of planes. */
const turned = planes.map((i) => 4 * [3, 1, 2, 0][i >> 2] + [3, 1, 2, 0][i & 3]);

function tilesOf({ batch, height, width }: Same3x3): number {
  return batch * Math.ceil(height / 2) * Math.ceil(width / 2);
}

/** Whether the two functions below take this convolution, and are faster than products with patches. */
export function suitsWinograd(c: Same3x3): boolean {
  return c.maps % 4 === 0 && c.filters % 4 === 0 && Math.min(c.maps, c.filters) >= 32 && tilesOf(c) >= ENOUGH_TILES;
}

/** y = x * filter. */
export function winogradConvolve(host: Host, c: Same3x3, { x, filter, y, adjoint }: Convolved): void {
  const { height, width } = c;
  const [from, to] = adjoint ? [c.filters, c.maps] : [c.maps, c.filters];
  const taps = c.maps * c.filters;
  const filterPlane = taps + GAP;
  const block = blockOf(c);
  const [inPlane, outPlane] = [block * from + GAP, block * to + GAP];
  const each = 4 * 16 * (inPlane + outPlane);
  const zeros = 4 * 16 * filterPlane;
  withScratch(host, zeros + 4 * from + host.team.threads * each, (u) => {
    host.team.run([[call('zero', { to: u + zeros, count: from })]]);
    splitRows(host, taps / 4, 4, (first, end) => [
      call('winogradFilter', {
        g: filter + 16 * first,
        planes: u + 16 * first,
        plane: filterPlane,
        taps,
        count: 4 * (end - first),
      }),
    ]);
    split(host, tilesOf(c), 1, (first, end, part) => {
      const v = u + zeros + 4 * from + part * each;
      const m = v + 4 * 16 * inPlane;
      return blocks(first, end, block).flatMap(([start, stop]) => [
        call('winogradInput', {
          x,
          planes: v,
          plane: inPlane,
          height,
          width,
          maps: from,
          from: start,
          to: stop,
          zeros: u + zeros,
        }),
        ...planes.map((i) => {
          const ui = u + 4 * filterPlane * (adjoint ? turned[i] : i);
          const [vi, mi] = [v + 4 * inPlane * i, m + 4 * outPlane * i];
          return call('gemm', {
            transposeA: 0,
            transposeB: Number(adjoint),
            m: stop - start,
            n: to,
            k: from,
            a: vi,
            lda: from,
            b: ui,
            ldb: c.filters,
            beta: 0,
            c: mi,
            ldc: to,
          });
        }),
        call('winogradOutput', { planes: m, y, plane: outPlane, height, width, maps: to, from: start, to: stop }),
      ]);
    });
  });
}

/** ∂L/∂filter from the images x and the gradient dy of the result. */
export function winogradFilterGrad(host: Host, c: Same3x3, x: Offset, dy: Offset, dFilter: Offset): void {
  const { height, width, maps, filters } = c;
  const taps = maps * filters;
  const sumPlane = taps + GAP;
  const block = blockOf(c);
  const [inPlane, outPlane] = [block * maps + GAP, block * filters + GAP];
  const most = Math.max(maps, filters);
  withScratch(host, 4 * 16 * (sumPlane + inPlane + outPlane) + 4 * most, (s) => {
    const v = s + 4 * 16 * sumPlane;
    const w = v + 4 * 16 * inPlane;
    const zeros = w + 4 * 16 * outPlane;
    host.team.run([[call('zero', { to: zeros, count: most })]]);
    for (const [start, stop] of blocks(0, tilesOf(c), block)) {
      split(host, stop - start, 16, (first, end) => {
        const tiles = { height, width, from: start + first, to: start + end, zeros };
        const [images, gradient] = [v + 4 * first * maps, w + 4 * first * filters];
        return [
          call('winogradInput', { ...tiles, x, planes: images, plane: inPlane, maps }),
          call('winogradOutputGrad', { ...tiles, dy, planes: gradient, plane: outPlane, maps: filters }),
        ];
      });
      const beta = start === 0 ? 0 : 1;
      split(host, 16, 1, (first, end) =>
        planes.slice(first, end).map((i) => {
          const [vi, wi, si] = [v + 4 * inPlane * i, w + 4 * outPlane * i, s + 4 * sumPlane * i];
          return call('gemm', {
            transposeA: 1,
            transposeB: 0,
            m: maps,
            n: filters,
            k: stop - start,
            a: vi,
            lda: maps,
            b: wi,
            ldb: filters,
            beta,
            c: si,
            ldc: filters,
          });
        }),
      );
    }
    splitRows(host, taps / 4, 4, (first, end) => [
      call('winogradFilterGrad', {
        planes: s + 16 * first,
        dg: dFilter + 16 * first,
        plane: sumPlane,
        taps,
        count: 4 * (end - first),
      }),
    ]);
  });
}

/** Tiles that are transformed at a time. */
function blockOf(c: Same3x3): number {
  return Math.min(tilesOf(c), Math.max(1, Math.floor(TILE_BYTES / (4 * 16 * (c.maps + c.filters)))));
}

function blocks(from: number, to: number, size: number): [from: number, to: number][] {
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, i) => {
    const start = from + i * size;
    return [start, Math.min(to, start + size)];
  });
}
