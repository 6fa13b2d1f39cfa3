import { z } from 'zod';
import { poolFlatten as poolFlattenLayer } from '../layers/pool-flatten.ts';
import type { EntryType } from './entry.ts';
import { count } from './window.ts';

const schema = z.strictObject({ type: z.literal('poolFlatten'), size: count });

export type PoolFlattenEntry = Readonly<z.infer<typeof schema>>;

/** Adaptive average pooling to `size`×`size`, then flatten in PyTorch's channel-major order. */
export const poolFlatten: EntryType<PoolFlattenEntry> = {
  type: 'poolFlatten',
  kind: 'flatten',
  schema: () => schema,
  label: ({ size }) => `average pool to ${size}×${size}, flatten`,
  shape: ({ size }, { input }) => [1, 1, input[2] * size * size],
  nodes: () => true,
  cost: () => ({ parameters: 0, multiplyAdds: 0 }),
  // Pooling and flattening stand outside the Sequential.
  torchModules: () => 0,
  build: ({ size }, { input: [height, width], handsOn }) => poolFlattenLayer([height, width], handsOn ? null : size),
  // Where pooling makes maps larger, the dense layer after it does less work on the maps before.
  pooling: ({ size }, [height, width]) => (height * width < size * size ? { input: [height, width], size } : null),
};
