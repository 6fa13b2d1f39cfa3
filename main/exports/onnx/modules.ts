import type { Start } from '../../model/entries/entry.ts';
import { moduleNorm } from '../../model/layers/norm.ts';
import { addNorm, integers, windowAttributes, type OperatorGraph } from '../../model/operators.ts';
import type { ModuleSpec } from '../../model/spec.ts';
import type { StateDict } from '../../model/state.ts';
import type { Selection } from '../../offload/protocol/messages.ts';
import { chooserOf, type GateSettings } from '../../training/gates/chooser.ts';
import { sigmoid } from '../../training/gates/rank.ts';

/** A module where it stands: `maps` of them cross it at full budget. */
export interface ModulePlace {
  readonly spec: ModuleSpec;
  readonly name: string;
  readonly maps: number;
  readonly nodes: Start['nodes'];
}

/** Its weights, and what it sends. */
interface CompressionContent {
  readonly state: StateDict;
  readonly gate: GateSettings;
  readonly selection: Selection | null;
}

/**
 * The client's module: convolution → BatchNorm → sigmoid → × σ(f̂), or as far as its gate opens maps, and of the result
 * what a budget keeps. The gate does not change any more, so how far it is open is a constant.
 */
export function addCompression(
  graph: OperatorGraph,
  x: string,
  { spec, name, maps, nodes }: ModulePlace,
  { state, gate, selection }: CompressionContent,
): string {
  const convolved = nodes ? x : addConvolution(graph, 'Conv', x, `${name}.convIn1`, spec);
  const normed = addNorm(graph, convolved, `${name}.batchNormIn`, moduleNorm.epsilon);
  const f = state[`${name}.prune_filter`].data as Float32Array;
  const data = chooserOf(gate).weigh(f, null, null).opening?.values ?? f.map(sigmoid);
  const opened = graph.constant({ shape: perMap(maps, nodes), data });
  const gated = graph.add('Mul', [graph.add('Sigmoid', [normed]), opened]);
  if (!selection) return gated;
  return graph.add('Gather', [gated, graph.constant(integers(selection.kept))], { axis: 1 });
}

/**
 * The server's module: kept maps × mask, zeros for the rest, transposed convolution → BatchNorm → ReLU. The zeros are
 * one map behind those that came, which every map that was not sent is taken from.
 */
export function addDecompression(
  graph: OperatorGraph,
  x: string,
  { spec, name, maps, nodes }: ModulePlace,
  selection: Selection | null,
): string {
  const all = selection ? addUnsent(graph, x, maps, nodes, selection) : x;
  const convolved = nodes ? all : addConvolution(graph, 'ConvTranspose', all, `${name}.convOut1`, spec);
  return graph.add('Relu', [addNorm(graph, convolved, `${name}.batchnormOut`, moduleNorm.epsilon)]);
}

function addUnsent(graph: OperatorGraph, x: string, maps: number, nodes: boolean, { kept, mask }: Selection): string {
  const masked = graph.add('Mul', [x, graph.constant({ shape: perMap(kept.length, nodes), data: mask })]);
  const pads = nodes ? [0, 0, 0, 1] : [0, 0, 0, 0, 0, 1, 0, 0];
  const padded = graph.add('Pad', [masked, graph.constant(integers(pads))]);
  const places = Array.from({ length: maps }, (_, map) => kept.indexOf(map)).map((at) => (at < 0 ? kept.length : at));
  return graph.add('Gather', [padded, graph.constant(integers(places))], { axis: 1 });
}

function addConvolution(
  graph: OperatorGraph,
  operator: 'Conv' | 'ConvTranspose',
  x: string,
  name: string,
  { resolution }: ModuleSpec,
): string {
  const weights = ['weight', 'bias'].map((field) => graph.weight(`${name}.${field}`));
  return graph.add(operator, [x, ...weights], windowAttributes(2 + resolution, resolution, resolution));
}

function perMap(maps: number, nodes: boolean): number[] {
  return nodes ? [1, maps] : [1, maps, 1, 1];
}
