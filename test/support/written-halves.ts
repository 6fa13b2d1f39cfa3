import type { Normalisation } from '../../main/data/catalogue.ts';
import { clientOnnx, serverOnnx, type WrittenHalf } from '../../main/exports/onnx/half.ts';
import type { Cut, NetworkSpec } from '../../main/model/spec.ts';
import type { StateDict } from '../../main/model/state.ts';
import { random, type Random } from '../../main/random.ts';
import type { Budget } from '../../main/records/column.ts';
import type { GateSettings } from '../../main/training/gates/chooser.ts';
import { openHalves } from './halves.ts';
import { onnxRuntime } from './onnx-runtime.ts';

/** Of three channels, and not alike. */
export const normalisation: Normalisation = { mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] };

/** Bytes [samples, rows, columns, channels]. */
export function imageBytes({ input: [height, width, channels] }: NetworkSpec, samples: number): Uint8Array {
  const source = random(5, 'images', samples);
  return Uint8Array.from({ length: samples * height * width * channels }, () => source.integer(256));
}

export function normalised(bytes: Uint8Array, { mean, std }: Normalisation): Float32Array {
  const channels = mean.length;
  return Float32Array.from(bytes, (x, i) => (x / 255 - mean[i % channels]) / std[i % channels]);
}

/** [n, h, w, maps] → [n, maps, h, w]. */
export function channelsFirst<T extends Uint8Array | Float32Array>(
  values: T,
  [height, width, maps]: readonly number[],
): T {
  const cells = height * width;
  const place = (i: number): number => {
    const sample = Math.floor(i / (cells * maps));
    const map = Math.floor(i / cells) % maps;
    return (sample * cells + (i % cells)) * maps + map;
  };
  return values.map((_, i) => values[place(i)]) as T;
}

interface Both {
  readonly client: WrittenHalf;
  readonly server: WrittenHalf;
  /** What Sluice makes of images: the maps it sends, channels first, and the logits. */
  infer(images: Float32Array, samples: number): Promise<{ maps: Float32Array; logits: Float32Array }>;
  dispose(): void;
}

interface WrittenOptions {
  readonly budget?: Budget;
  readonly inside?: Normalisation | null;
  readonly gate?: GateSettings | undefined;
}

/** A pair whose weights, statistics and gate are anything, in Sluice and as ONNX. */
export async function writtenPair(
  network: NetworkSpec,
  cut: Cut,
  { budget = null, inside = null, gate = {} }: WrittenOptions = {},
): Promise<Both> {
  const halves = openHalves(network, cut, { gate: { ties: 'cut', ...gate } });
  const source = random(7, 'weights');
  for (const half of [halves.client, halves.server]) {
    const { weights, momentum } = await half.read();
    half.write({ weights: stirred(weights, source), momentum });
  }
  const infer = async (images: Float32Array, samples: number): ReturnType<Both['infer']> => {
    const features = await halves.client.infer({ images, samples, labels: new Uint16Array(samples) }, budget);
    const [, height, width] = features.shape;
    const sent = features.selection?.kept.length ?? features.total;
    return { maps: channelsFirst(features.maps, [height, width, sent]), logits: await halves.server.infer(features) };
  };
  const [height, width, channels] = network.input;
  const none = new Float32Array(height * width * channels);
  const { selection } = await halves.client.infer({ images: none, samples: 1, labels: new Uint16Array(1) }, budget);
  const about = { network, cut, selection, gate, metadata: { budget: String(budget ?? 'full') } };
  return {
    client: clientOnnx({ ...about, state: (await halves.client.read()).weights }, inside),
    server: serverOnnx({ ...about, state: (await halves.server.read()).weights }),
    infer,
    dispose: () => halves.dispose(),
  };
}

/** Weights as they are, but norms that shift and scale, and statistics as after some training. */
function stirred(state: StateDict, source: Random): StateDict {
  const stir = (name: string, data: Float32Array): Float32Array => {
    if (name.endsWith('running_var')) return data.map(() => 0.2 + source.uniform());
    if (name.endsWith('running_mean')) return data.map(() => 0.2 * source.normal());
    if (name.endsWith('prune_filter')) return data.map(() => source.normal());
    return data.map((value) => value + 0.02 * source.normal());
  };
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [
      name,
      { shape, data: data instanceof Float32Array ? stir(name, data) : data },
    ]),
  );
}

/** What ONNX Runtime gives for what comes in. */
export async function runOnnx(
  { model, input, output }: WrittenHalf,
  values: Uint8Array | Float32Array,
  samples: number,
): Promise<Float32Array> {
  const { InferenceSession, Tensor } = onnxRuntime!;
  const session = await InferenceSession.create(model, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const dims = [samples, ...input.shape];
  const given = values instanceof Uint8Array ? new Tensor('uint8', values, dims) : new Tensor('float32', values, dims);
  const outputs = await session.run({ [input.name]: given });
  await session.release();
  return outputs[output.name].data as Float32Array;
}
