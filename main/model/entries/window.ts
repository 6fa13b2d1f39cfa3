import { z } from 'zod';
import type { Shape } from '../spec.ts';

/** A count in an entry: filters, units, sides of a window. */
export const count = z.int().min(1);

interface SlidingWindow {
  readonly size: number;
  readonly stride: number;
  readonly pad: number;
}

/** The shape that a window slid over maps gives, with so many maps. */
export function slide([height, width]: Shape, { size, stride, pad }: SlidingWindow, maps: number): Shape {
  return [windowed(height, size, stride, pad), windowed(width, size, stride, pad), maps];
}

/** Output size of a convolution or pooling window, rounded down as in PyTorch. */
export function windowed(size: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
}

/** How a label goes on where the stride is not 1. */
export function strided(stride: number): string {
  return stride > 1 ? `, stride ${stride}` : '';
}
