import { follow } from './chain.ts';
import type { Link } from './entries/entry.ts';

/** A place inside a block, after one of its operations, where the network cannot be cut. */
export interface InnerPlace {
  /** The operation before it, in words. */
  readonly after: string;
  /** How many tensors cross there. */
  readonly tensors: number;
  /** Why there can be no cut. */
  readonly problem: string;
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

/** The places inside an entry, in the order its operations are computed; none unless it holds an inner graph. */
export function innerPlaces(link: Link): InnerPlace[] {
  const operations: Operation[] = [];
  compute([link], -1, operations);
  const crossing = tensorsCrossing(operations);
  const name = operations.at(-1)!.label;
  return operations.slice(0, -1).map(({ label }, at) => ({
    after: label,
    tensors: crossing[at],
    problem: `inside "${name}", after "${label}", ${crossing[at]} tensors cross and a cut sends one: cut before or after the block`,
  }));
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
