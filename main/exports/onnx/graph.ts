import { SluiceError } from '../../errors.ts';
import type { Attributes, OperatorGraph } from '../../model/operators.ts';
import type { NamedTensor, StateDict } from '../../model/state.ts';
import { attributeTypes, dataTypes, type AttributeProto, type NodeProto, type TensorProto } from './schema.ts';

export interface WrittenGraph {
  readonly node: readonly NodeProto[];
  readonly initializer: readonly TensorProto[];
}

export interface GraphWriter extends OperatorGraph {
  /** What was written, with the value `end` called `name`. */
  finish(end: string, name: string): WrittenGraph;
}

/** Writes a graph that takes its weights from a state dict. A name the state lacks throws `missing-tensor`. */
export function graphWriter(state: StateDict): GraphWriter {
  const nodes: NodeProto[] = [];
  const initializers = new Map<string, TensorProto>();

  function keep(name: string, tensor: NamedTensor): string {
    if (!initializers.has(name)) initializers.set(name, tensorProto(name, tensor));
    return name;
  }

  function add(operator: string, input: readonly string[], attributes: Attributes = {}): string {
    const name = `${operator}_${nodes.length}`;
    nodes.push({ name, opType: operator, input, output: [name], attribute: Object.entries(attributes).map(attribute) });
    return name;
  }

  return {
    add,
    weight(name) {
      const tensor = state[name];
      if (!tensor) throw new SluiceError('missing-tensor', `the weights have no tensor "${name}"`, { path: name });
      return keep(name, tensor);
    },
    constant: (tensor) => keep(`constant_${initializers.size}`, tensor),
    finish(end, name) {
      // What comes in may be what goes out: a graph has to make its output all the same.
      const last = nodes.some(({ output }) => output[0] === end) ? end : add('Identity', [end]);
      const renamed = (value: string): string => (value === last ? name : value);
      return {
        node: nodes.map((node) => ({ ...node, input: node.input.map(renamed), output: node.output.map(renamed) })),
        initializer: [...initializers.values()],
      };
    },
  };
}

function attribute([name, value]: [string, Attributes[string]]): AttributeProto {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  if ('real' in value) return { name, type: attributeTypes.float, f: value.real };
  return { name, type: attributeTypes.ints, ints: value };
}

function tensorProto(name: string, { shape, data }: NamedTensor): TensorProto {
  return {
    name,
    dims: shape,
    dataType: data instanceof Float32Array ? dataTypes.float : dataTypes.int64,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}
