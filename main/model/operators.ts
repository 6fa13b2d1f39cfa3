import type { NamedTensor } from './state.ts';

/**
 * A graph of ONNX operators that is being written. Maps are [n, maps, h, w] in it and nodes [n, nodes], as the weights of
 * a state dict are laid out.
 */
export interface OperatorGraph {
  /** Adds an operator on these values, and gives the name of what it makes of them. */
  add(operator: string, inputs: readonly string[], attributes?: Attributes): string;
  /** A weight or statistic, by its name in PyTorch. */
  weight(name: string): string;
  constant(tensor: NamedTensor): string;
}

/** Integers and lists of them as they are; a real number is marked as one. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly real: number }>>;

/** A BatchNorm with its running statistics. */
export function addNorm(graph: OperatorGraph, x: string, name: string, epsilon: number): string {
  const weights = ['weight', 'bias', 'running_mean', 'running_var'].map((field) => graph.weight(`${name}.${field}`));
  return graph.add('BatchNormalization', [x, ...weights], { epsilon: { real: epsilon } });
}

/** A square window slid over maps, as attributes. */
export function windowAttributes(size: number, stride: number, pad: number): Attributes {
  return { kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}

export function addActivation(graph: OperatorGraph, x: string, activation: 'relu' | 'none'): string {
  return activation === 'relu' ? graph.add('Relu', [x]) : x;
}

/** Maps one after the other as nodes; nodes as they are. */
export function addFlatten(graph: OperatorGraph, x: string, nodes: boolean): string {
  return nodes ? x : graph.add('Flatten', [x], { axis: 1 });
}

/** Integers, for the operators that take shapes, places or paddings as a tensor. */
export function integers(values: readonly number[]): NamedTensor {
  return { shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}
