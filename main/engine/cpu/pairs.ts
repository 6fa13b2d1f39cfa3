import type { backend_util } from '@tensorflow/tfjs-core';
import { split, type Host } from './host.ts';
import type { Offset } from './loops.ts';
import { call } from './operations.ts';

/** A position before and one after the convolution, and the tap of the filter that joins them. */
type Pair = readonly [before: number, after: number, tap: number];

/**
 * Images of a batch from which on reading a tap once for each of its pairs pays. This and the two below were set in Nov
 * 2026; for images of 2×2 the pairs take less than half the time of patches (docs/results.md: two cores of an AMD EPYC
 * with AVX-512, OpenBLAS 0.3.21).
 */
const ENOUGH_IMAGES = 4;

/** Pairs up to which a product for each is faster than one with patches: images of 2×2 and smaller. */
const FEW_PAIRS = 16;

/** Columns of a product that are worth a thread. */
const GRAIN = 64;

/** Where the arrays of a convolution lie. With `adjoint` x is the gradient of the result and y that of the images. */
export interface Convolved {
  readonly x: Offset;
  readonly filter: Offset;
  readonly y: Offset;
  readonly adjoint: boolean;
}

/**
 * The pairs of a convolution over so few positions that most taps of a patch would fall outside. Null for another, and
 * for one with a position that is in no pair.
 */
export function fewPairs(g: backend_util.Conv2DInfo): Pair[] | null {
  const [before, after] = [g.inHeight * g.inWidth, g.outHeight * g.outWidth];
  const isFew = before * after <= FEW_PAIRS && g.batchSize >= ENOUGH_IMAGES;
  if (!isFew || g.filterHeight * g.filterWidth === 1) return null;
  const pairs: Pair[] = [];
  for (let out = 0; out < after; out++) {
    const top = Math.floor(out / g.outWidth) * g.strideHeight - g.padInfo.top;
    const left = (out % g.outWidth) * g.strideWidth - g.padInfo.left;
    for (let at = 0; at < before; at++) {
      const [row, column] = [Math.floor(at / g.inWidth) - top, (at % g.inWidth) - left];
      const isInside = row >= 0 && row < g.filterHeight && column >= 0 && column < g.filterWidth;
      if (isInside) pairs.push([at, out, row * g.filterWidth + column]);
    }
  }
  const isWhole =
    new Set(pairs.map(([at]) => at)).size === before && new Set(pairs.map(([, out]) => out)).size === after;
  return isWhole ? pairs : null;
}

/** y = x * filter, a product for each pair. */
export function convolvePairs(
  host: Host,
  g: backend_util.Conv2DInfo,
  pairs: readonly Pair[],
  { x, filter, y, adjoint }: Convolved,
): void {
  const [before, after] = [g.inHeight * g.inWidth, g.outHeight * g.outWidth];
  const [from, to] = adjoint ? [g.outChannels, g.inChannels] : [g.inChannels, g.outChannels];
  const [xStride, yStride] = adjoint ? [after * from, before * to] : [before * from, after * to];
  split(host, to, GRAIN, (first, end) => {
    const begun = new Set<number>();
    return pairs.map(([at, out, tap]) => {
      const [source, target] = adjoint ? [out, at] : [at, out];
      const weights = filter + 4 * (tap * from * to + first * (adjoint ? from : 1));
      const beta = begun.has(target) ? 1 : 0;
      begun.add(target);
      return call('gemm', {
        transposeA: 0,
        transposeB: Number(adjoint),
        m: g.batchSize,
        n: end - first,
        k: from,
        a: x + 4 * source * from,
        lda: xStride,
        b: weights,
        ldb: g.outChannels,
        beta,
        c: y + 4 * (target * to + first),
        ldc: yStride,
      });
    });
  });
}
