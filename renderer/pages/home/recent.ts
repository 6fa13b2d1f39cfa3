import type { EpochRecord } from '../../../main/api.ts';

/** A point of a curve: all bytes sent up to the end of an epoch, and the accuracy on the test set after it. */
export interface CurvePoint {
  readonly bytes: number;
  readonly accuracy: number;
}

/** Accuracy over bytes of a run's last training, of its data sources together: mean accuracy, bytes of all. */
export function curveOf(epochs: readonly EpochRecord[]): CurvePoint[] {
  const training = Math.max(0, ...epochs.map((epoch) => epoch.training));
  const own = epochs.filter((epoch) => epoch.training === training);
  const sources = new Set(own.map(({ source }) => source)).size;
  const numbers = [...new Set(own.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  return (
    numbers
      .map((number) => own.filter(({ epoch }) => epoch === number))
      // An epoch that only some sources have ended has neither its bytes nor its accuracy yet.
      .filter((records) => records.length === sources)
      .map((records) => ({
        bytes: records.reduce((sum, { bytesUp, bytesDown }) => sum + bytesUp + bytesDown, 0),
        accuracy: records.reduce((sum, { testAccuracy }) => sum + testAccuracy, 0) / records.length,
      }))
  );
}

/** Points of a polyline in a box, with scales that all curves of a page share. */
export function polyline(
  curve: readonly CurvePoint[],
  most: CurvePoint,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly x: number; readonly y: number }[] {
  return curve.map(({ bytes, accuracy }) => ({
    x: (bytes / most.bytes) * width,
    y: height - (accuracy / most.accuracy) * height,
  }));
}

/** The largest of each, of all curves; 1 where there is nothing to draw. */
export function largestOf(curves: readonly (readonly CurvePoint[])[]): CurvePoint {
  const points = curves.flat();
  return {
    bytes: Math.max(0, ...points.map(({ bytes }) => bytes)) || 1,
    accuracy: Math.max(0, ...points.map(({ accuracy }) => accuracy)) || 1,
  };
}
