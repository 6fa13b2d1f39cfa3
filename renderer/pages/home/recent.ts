import type { EpochRecord } from '../../../main/api.ts';
import { epochsOf } from '../../../main/charts/trainings.ts';

/** A point of a curve: all bytes sent up to the end of an epoch, and the accuracy on the test set after it. */
export interface CurvePoint {
  readonly bytes: number;
  readonly accuracy: number;
}

/** Accuracy over bytes of a run's last training, of its data sources together: mean accuracy, bytes of all. */
export function curveOf(epochs: readonly EpochRecord[]): CurvePoint[] {
  const training = Math.max(0, ...epochs.map((epoch) => epoch.training));
  const own = epochs.filter((epoch) => epoch.training === training);
  const awaited = new Set(own.map(({ source }) => source)).size;
  return epochsOf(own, training, { source: 'all', awaited }).map(({ bytesUp, bytesDown, testAccuracy }) => ({
    bytes: bytesUp + bytesDown,
    accuracy: testAccuracy,
  }));
}

/** What the axes of all curves of a page go over. */
export interface Extent {
  /** Bytes, from and to. */
  readonly from: number;
  readonly to: number;
  /** The largest, from 0. */
  readonly accuracy: number;
}

/** Null where there is nothing to draw. */
export function extentOf(curves: readonly (readonly CurvePoint[])[]): Extent | null {
  const points = curves.flat().filter(({ bytes }) => bytes > 0);
  if (points.length === 0) return null;
  const bytes = points.map((point) => point.bytes);
  const accuracy = Math.max(...points.map((point) => point.accuracy)) || 1;
  return { from: Math.min(...bytes), to: Math.max(...bytes), accuracy };
}

/** Points of a polyline in a box: accuracy over the logarithm of bytes, as budgets are apart by factors. */
export function polyline(
  curve: readonly CurvePoint[],
  { from, to, accuracy }: Extent,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number }[] {
  const decades = Math.log(to / from) || 1;
  return curve
    .filter(({ bytes }) => bytes > 0)
    .map((point) => ({
      x: (Math.log(point.bytes / from) / decades) * width,
      y: height - (point.accuracy / accuracy) * height,
    }));
}
