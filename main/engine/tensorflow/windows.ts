import { integer, text, type Attribute } from './attributes.ts';

/** A window that moves over a map, along both sides. */
export interface Moving {
  readonly input: readonly [height: number, width: number];
  readonly window: readonly [height: number, width: number];
  readonly stride: number;
  readonly pad: number;
}

type Padding = 'VALID' | 'SAME' | 'EXPLICIT';

/** How TensorFlow calls a padding of `pad` all around. oneDNN has gradients for VALID and SAME alone. */
export function paddingOf(moving: Moving): Padding {
  if (moving.pad === 0) return 'VALID';
  return [0, 1].every((side) => isSame(moving, side)) ? 'SAME' : 'EXPLICIT';
}

/**
 * Attributes of an operation whose window starts `pad` outside of the map and never reaches further than `pad` beyond its
 * end.
 */
export function windowAttributes(moving: Moving): Attribute[] {
  const { stride, pad } = moving;
  const padding = paddingOf(moving);
  return [
    integer('strides', [1, stride, stride, 1]),
    text('data_format', 'NHWC'),
    text('padding', padding),
    ...(padding === 'EXPLICIT' ? [integer('explicit_paddings', [0, 0, pad, pad, pad, pad, 0, 0])] : []),
  ];
}

/** Whether SAME pads a side alike: as many windows as strides fit, and what they need beyond the map halved, less in front. */
function isSame({ input, window, stride, pad }: Moving, side: number): boolean {
  const windows = Math.ceil(input[side] / stride);
  const beyond = Math.max((windows - 1) * stride + window[side] - input[side], 0);
  return Math.floor((input[side] + 2 * pad - window[side]) / stride) + 1 === windows && beyond >> 1 === pad;
}
