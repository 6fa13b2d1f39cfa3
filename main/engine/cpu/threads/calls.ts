import type { Offset, SharedMemory } from '../loops.ts';

/** The inner loops of kernels/index.ts; between threads one is told by its place in this list. */
export const operations = [
  ...(['im2col', 'col2im', 'gemm', 'biasActivation', 'scaleShift', 'reluGrad', 'sgd', 'sgdMomentum'] as const),
  ...(['batchNormMoments', 'batchNormCoefficients', 'batchNormGrad', 'maxPool', 'maxPoolGrad'] as const),
  ...(['winogradFilter', 'winogradFilterGrad', 'winogradInput', 'winogradOutput', 'winogradOutputGrad'] as const),
  ...(['sumRows', 'takeMaps', 'spreadMaps', 'zero'] as const),
];

export type Operation = (typeof operations)[number];

/** An inner loop with its arguments. */
export type Call = readonly [operation: Operation, ...args: number[]];

/** The bytes `writeParts` needs. */
export function sizeOfParts(parts: readonly (readonly Call[])[]): number {
  let count = parts.length;
  for (const calls of parts) for (const call of calls) count += call.length + 1;
  return 8 * (count + parts.length);
}

/**
 * Writes lists of calls to shared memory, all as float64: where each list begins; then of each how many calls it has,
 * and of each call how many arguments, the operation, the arguments.
 */
export function writeParts(parts: readonly (readonly Call[])[], { buffer }: SharedMemory, offset: Offset): void {
  const numbers = new Float64Array(buffer, offset, sizeOfParts(parts) / 8);
  let at = parts.length;
  for (const [part, calls] of parts.entries()) {
    numbers[part] = at;
    numbers[at++] = calls.length;
    for (const [operation, ...args] of calls) {
      numbers[at++] = args.length;
      numbers[at++] = operations.indexOf(operation);
      numbers.set(args, at);
      at += args.length;
    }
  }
}

/** One of the lists that `writeParts` wrote. */
export function* readPart({ buffer }: SharedMemory, offset: Offset, part: number): Generator<Call> {
  const numbers = new Float64Array(buffer, offset);
  let at = numbers[part];
  for (let left = numbers[at++]; left > 0; left--) {
    const length = numbers[at++];
    const operation = operations[numbers[at++]];
    yield [operation, ...numbers.subarray(at, at + length)];
    at += length;
  }
}
