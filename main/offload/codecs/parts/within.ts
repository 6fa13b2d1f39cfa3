import { refuseOverflow } from '../codec.ts';
import { magnitudeBits, requireFinite } from '../float32.ts';

/** Throws `codec-non-finite`, and `codec-overflow` for a magnitude beyond the largest of a format. */
export function requireWithin(values: Float32Array, largest: number, format: string): void {
  // Magnitudes order as their bits do, those of what is not finite above all others.
  if (magnitudeBits(values) <= magnitudeBits(Float32Array.of(largest))) return;
  requireFinite(values);
  const over = values.findIndex((value) => Math.abs(value) > largest);
  if (over >= 0) refuseOverflow(values[over], over, format, `±${largest.toPrecision(3)}`);
}
