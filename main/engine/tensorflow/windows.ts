import { integer, text, type Attribute } from './attributes.ts';

/** A window that moves over a map, along both sides. */
interface Moving {
  readonly input: readonly [height: number, width: number];
  readonly window: readonly [height: number, width: number];
  readonly stride: number;
  readonly pad: number;
}

/**
 * Attributes of an operation whose window starts `pad` outside of the map and never reaches further than `pad` beyond its end.
 * Where TensorFlow's SAME or VALID are just that they are told so: oneDNN has gradients for these alone.
 */
export function windowAttributes(moving: Moving): Attribute[] {
  const { stride, pad } = moving;
  const strides = integer('strides', [1, stride, stride, 1]);
  const layout = text('data_format', 'NHWC');
  if (pad === 0) return [strides, layout, text('padding', 'VALID')];
  if ([0, 1].every((side) => isSame(moving, side))) return [strides, layout, text('padding', 'SAME')];
  return [strides, layout, text('padding', 'EXPLICIT'), integer('explicit_paddings', [0, 0, pad, pad, pad, pad, 0, 0])];
}

/** Whether SAME pads a side alike: as many windows as strides fit, and what they need beyond the map halved, less in front. */
function isSame({ input, window, stride, pad }: Moving, side: number): boolean {
  const windows = Math.ceil(input[side] / stride);
  const beyond = Math.max((windows - 1) * stride + window[side] - input[side], 0);
  return Math.floor((input[side] + 2 * pad - window[side]) / stride) + 1 === windows && beyond >> 1 === pad;
}
