import { follow } from './chain.ts';
import type { Link } from './entries/entry.ts';

/** Where a layer with an inner graph cannot be cut, and why. */
export interface Inside {
  readonly places: readonly InnerPlace[];
  readonly problem: string;
}

/** A place inside a block. */
export interface InnerPlace {
  /** The operation before it, in words. */
  readonly after: string;
  /** How many tensors cross there. */
  readonly tensors: number;
}

/** An operation of a graph; its inputs are operations before it, −1 is what comes into the graph. */
export interface Operation {
  readonly label: string;
  readonly inputs: readonly number[];
}

/**
 * How many tensors cross from each operation and those before it to those after it. A tensor counts once, however
 * many use it; behind the last operation it is its result.
 */
export function tensorsCrossing(operations: readonly Operation[]): number[] {
  return operations.map((_, at) => {
    const used = operations.slice(at + 1).flatMap(({ inputs }) => inputs.filter((input) => input <= at));
    return at === operations.length - 1 ? 1 : new Set(used).size;
  });
}

/** The places inside an entry, in the order its operations are computed; null unless it holds an inner graph. */
export function insideOf(link: Link): Inside | null {
  const operations: Operation[] = [];
  compute([link], -1, operations);
  const crossing = tensorsCrossing(operations);
  const places = operations.slice(0, -1).map(({ label }, at) => ({ after: label, tensors: crossing[at] }));
  if (places.length === 0) return null;
  const words = places.map(({ after, tensors }) => `${tensors} cross after "${after}"`).join(', ');
  const problem = `"${operations.at(-1)!.label}" cannot be cut inside, since a cut sends one tensor: ${words}`;
  return { places, problem };
}

/** Adds what a chain computes to the operations, the chains in it before what joins them. Returns the last one. */
function compute(links: readonly Link[], from: number, operations: Operation[]): number {
  return links.reduce((before, { entry, type, place }) => {
    const branches = type.branches?.(entry) ?? [[]];
    const inputs = branches.map((entries) => compute(follow(entries, place), before, operations));
    operations.push({ label: type.label(entry, place), inputs });
    return operations.length - 1;
  }, from);
}
