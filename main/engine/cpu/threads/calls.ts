import type { Offset, SharedMemory } from '../loops.ts';
import { operations, type Call, type Operation } from '../operations.ts';

/** Between threads an operation is told by its place in this list. */
const places = Object.keys(operations) as Operation[];

/** The bytes `writeParts` needs. */
export function sizeOfParts(parts: readonly (readonly Call[])[]): number {
  let count = parts.length;
  for (const calls of parts) for (const call of calls) count += call.args.length + 2;
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
    for (const { operation, args } of calls) {
      numbers[at++] = args.length;
      numbers[at++] = places.indexOf(operation);
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
    const operation = places[numbers[at++]];
    yield { operation, args: [...numbers.subarray(at, at + length)] };
    at += length;
  }
}
