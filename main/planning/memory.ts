import type { LayerDescription } from '../model/layer-cost.ts';

const floatBytes = 4;

/**
 * Bytes that training takes on one side: weights, their velocities where there is momentum, and the outputs that the
 * way back needs. Libraries need more; it is a figure to compare cuts by.
 */
export function trainingMemory(
  layers: readonly Pick<LayerDescription, 'output'>[],
  parameters: number,
  { batchSize, momentum }: { readonly batchSize: number; readonly momentum: number },
): number {
  const values = layers.reduce((sum, { output: [height, width, maps] }) => sum + height * width * maps, 0);
  return floatBytes * (parameters * (momentum > 0 ? 2 : 1) + values * batchSize);
}

/** Bytes that inference takes there for one sample: weights, and the two tensors that lie beside one another at most. */
export function inferenceMemory(
  layers: readonly Pick<LayerDescription, 'output'>[],
  parameters: number,
  input: LayerDescription['output'],
): number {
  const sizes = [input, ...layers.map(({ output }) => output)].map(([height, width, maps]) => height * width * maps);
  const beside = Math.max(...sizes.map((size, i) => size + (sizes[i + 1] ?? 0)));
  return floatBytes * (parameters + beside);
}
