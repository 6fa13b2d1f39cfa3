import type { Normalisation } from '../../data/catalogue.ts';
import { SluiceError } from '../../errors.ts';
import { writeLinks } from '../../model/chain.ts';
import type { OperatorGraph } from '../../model/operators.ts';
import { clientPart, serverPart } from '../../model/parts.ts';
import type { Cut, NetworkSpec } from '../../model/spec.ts';
import type { StateDict } from '../../model/state.ts';
import type { Selection } from '../../offload/protocol/messages.ts';
import type { GateSettings } from '../../training/gates/chooser.ts';
import { version } from '../../version.ts';
import { graphWriter, type WrittenGraph } from './graph.ts';
import { addCompression, addDecompression } from './modules.ts';
import { dataTypes, encodeModel, irVersion, opset, type DataType, type ValueInfoProto } from './schema.ts';

/** One half of a pair: its weights in PyTorch's names and layout, and what it sends, or is sent, of its maps. */
export interface HalfToWrite {
  readonly network: NetworkSpec;
  readonly cut: Cut;
  readonly state: StateDict;
  /** The maps that cross the network and their mask; null where all do, unmasked. */
  readonly selection: Selection | null;
  readonly gate: GateSettings;
  /** What a reader of the model should know besides, as `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A value that goes into a model or comes out of it; the batch is free. */
export interface Port {
  readonly name: string;
  readonly type: DataType;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/** A half as the bytes of an ONNX file, and what it takes and gives. */
export interface WrittenHalf {
  readonly model: Uint8Array;
  readonly input: Port;
  readonly output: Port;
}

/** A protobuf message ends at 2 GiB. */
const maxBytes = 2 ** 31 - 1;

/**
 * The client half: images [n, channels, h, w] → maps [n, B, h', w'], or [n, B] of an MLP. With `normalisation` images are
 * bytes, which it takes to (x / 255 − mean) / std itself; with null they come so. Throws `onnx-too-large`.
 */
export function clientOnnx(half: HalfToWrite, normalisation: Normalisation | null): WrittenHalf {
  const { network, cut, state } = half;
  const { chain, before, cutShape, moduleName } = clientPart(network, cut);
  const [height, width, channels] = network.input;
  const graph = graphWriter(state);
  const images = normalisation ? addNormalisation(graph, 'images', normalisation) : 'images';
  const features = writeLinks(chain.links, chain.name, images, graph);
  const place = { name: moduleName, maps: cutShape[2], nodes: before.nodes };
  const maps = cut.module ? addCompression(graph, features, { ...place, spec: cut.module }, half) : features;
  return written(
    half,
    'client',
    graph.finish(maps, 'maps'),
    { name: 'images', type: normalisation ? 'uint8' : 'float', shape: [channels, height, width] },
    crossing(half),
  );
}

/** The server half: maps as the client half gives them → logits [n, classes]. Throws `onnx-too-large`. */
export function serverOnnx(half: HalfToWrite): WrittenHalf {
  const { network, cut, state, selection } = half;
  const { chains, before, cutShape, moduleName } = serverPart(network, cut);
  const graph = graphWriter(state);
  const place = { name: moduleName, maps: cutShape[2], nodes: before.nodes };
  const features = cut.module ? addDecompression(graph, 'maps', { ...place, spec: cut.module }, selection) : 'maps';
  const logits = chains.reduce((x, { links, name }) => writeLinks(links, name, x, graph), features);
  const output: Port = { name: 'logits', type: 'float', shape: [network.classes] };
  return written(half, 'server', graph.finish(logits, 'logits'), crossing(half), output);
}

function crossing({ network, cut, selection }: HalfToWrite): Port {
  const { before, cutShape } = clientPart(network, cut);
  const [height, width, all] = cutShape;
  const maps = selection ? selection.kept.length : all;
  return { name: 'maps', type: 'float', shape: before.nodes ? [maps] : [maps, height, width] };
}

/** (x / 255 − mean) / std of bytes, as one product and sum for each channel. */
function addNormalisation(graph: OperatorGraph, images: string, { mean, std }: Normalisation): string {
  const perChannel = (values: readonly number[]): string =>
    graph.constant({ shape: [1, values.length, 1, 1], data: Float32Array.from(values) });
  const x = graph.add('Cast', [images], { to: dataTypes.float });
  const scaled = graph.add('Mul', [x, perChannel(std.map((each) => 1 / (255 * each)))]);
  return graph.add('Add', [scaled, perChannel(mean.map((each, i) => -each / std[i]))]);
}

function written(
  { network, metadata }: HalfToWrite,
  half: string,
  graph: WrittenGraph,
  input: Port,
  output: Port,
): WrittenHalf {
  const bytes = graph.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (bytes > maxBytes - 2 ** 20) {
    throw new SluiceError(
      'onnx-too-large',
      `The ${half} half of ${network.name} has ${bytes} bytes of weights, and an ONNX file holds at most 2 GiB. ` +
        'Take its safetensors, or train a narrower network.',
    );
  }
  const model = encodeModel({
    irVersion,
    opsetImport: [{ domain: '', version: opset }],
    producerName: 'Sluice',
    producerVersion: version(),
    graph: { ...graph, name: `${network.name} ${half}`, input: [valueInfo(input)], output: [valueInfo(output)] },
    metadataProps: Object.entries({ half, ...metadata }).map(([key, value]) => ({ key, value })),
  });
  return { model, input, output };
}

function valueInfo({ name, type, shape }: Port): ValueInfoProto {
  const dim = [{ dimParam: 'batch' }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: dataTypes[type], shape: { dim } } } };
}
