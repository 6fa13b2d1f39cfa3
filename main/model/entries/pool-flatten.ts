import { z } from 'zod';
import { adaptiveAverage, poolFlatten as poolFlattenLayer } from '../layers/pool-flatten.ts';
import { addFlatten, integers } from '../operators.ts';
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
  write({ size }, { input: [height, width, maps], handsOn }, x, graph) {
    if (handsOn || (height === size && width === size)) return addFlatten(graph, x, false);
    if (height % size === 0 && width % size === 0) {
      const window = [height / size, width / size];
      return addFlatten(graph, graph.add('AveragePool', [x], { kernel_shape: window, strides: window }), false);
    }
    // ONNX has no adaptive pooling: the product with its matrix, as the layer itself computes it.
    const cells = graph.add('Reshape', [x, graph.constant(integers([0, maps, height * width]))]);
    const data = adaptiveAverage([height, width], size);
    const matrix = graph.constant({ shape: [size * size, height * width], data });
    const pooled = graph.add('MatMul', [cells, graph.add('Transpose', [matrix], { perm: [1, 0] })]);
    return addFlatten(graph, pooled, false);
  },
  // Where pooling makes maps larger, the dense layer after it does less work on the maps before.
  pooling: ({ size }, [height, width]) => (height * width < size * size ? { input: [height, width], size } : null),
};
