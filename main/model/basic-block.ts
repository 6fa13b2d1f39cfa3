import type { BlockEntry } from './entries/block.ts';
import type { ConvEntry } from './entries/conv.ts';
import { strided } from './entries/window.ts';

export interface BasicBlock {
  /** Maps that come in. */
  readonly maps: number;
  readonly filters: number;
  readonly stride: number;
}

/**
 * ResNet's basic block under torchvision's names: relu(bn2(conv2(relu(bn1(conv1 x)))) + shortcut(x)), where the
 * shortcut is x itself or, when shapes differ, a 1×1 convolution with BatchNorm.
 */
export function basicBlock({ maps, filters, stride }: BasicBlock): BlockEntry {
  const conv = (kernel: number, step: number, activation: 'relu' | 'none'): ConvEntry => ({
    type: 'conv',
    filters,
    kernel,
    stride: step,
    pad: kernel >> 1,
    bias: false,
    activation,
  });
  const plain = stride === 1 && maps === filters;
  return {
    type: 'block',
    title: `residual block${strided(stride)}`,
    branches: [
      { entries: [conv(3, stride, 'relu'), conv(3, 1, 'none')], names: ['conv1', 'bn1', 'relu', 'conv2', 'bn2'] },
      { entries: plain ? [] : [conv(1, stride, 'none')], names: 'downsample' },
    ],
    join: 'add',
    activation: 'relu',
  };
}
