import { z } from 'zod';
import type { NetworkSpec, Shape } from '../../main/model/spec.ts';
import type { StateDict } from '../../main/model/state.ts';
import { readSafetensors } from '../../main/runs/checkpoint/weights-file.ts';

/** A recording of the authors' code on a tiny network; test/parity/README.md lists what is in one. */
export interface ParityCase {
  readonly method: 'deprune' | 'prune';
  readonly network: NetworkSpec;
  readonly layer: number;
  readonly settings: Settings;
  readonly steps: readonly Step[];
  /** Resets of the gate, by the step they came before. */
  readonly resets: ReadonlyMap<number, Float32Array>;
  readonly tensors: StateDict;
}

export type Step = z.infer<typeof step>;
type Settings = z.infer<typeof header>;

const layers = z.array(z.union([z.int(), z.enum(['M', 'CL', 'CS'])]));
const step = z.object({
  step: z.int(),
  mode: z.enum(['gated', 'full']),
  budget: z.int(),
  cross_entropy: z.number(),
  total_loss: z.number(),
});
const reset = z.object({ event: z.string(), before_step: z.int() });
const header = z.object({
  name: z.string(),
  client_layers: layers,
  server_layers: layers,
  resolution: z.int(),
  fc: z.int(),
  optimizer: z.object({ lr: z.number(), momentum: z.number(), weight_decay: z.number() }),
  delta: z.number(),
  epsilon: z.number(),
  lam: z.number(),
  eval_budget: z.int(),
  log: z.array(z.union([step, reset])),
});

export async function readCase(path: string): Promise<ParityCase> {
  const { tensors, metadata } = await readSafetensors(path);
  const settings = header.parse(JSON.parse(metadata.case ?? '{}'));
  const client = settings.client_layers.filter((entry) => entry !== 'CL');
  const server = settings.server_layers.filter((entry) => entry !== 'CS');
  const [, maps, height, width] = tensors['step0/x'].shape as [number, number, number, number];
  const classes = tensors['eval/logits_gated_fp16'].shape[1];
  const dense = (units: number, activation: 'relu' | 'none') => ({ type: 'dense', units, activation }) as const;
  return {
    method:
      settings.name.startsWith('prune') ||
      settings.log.some((entry) => 'event' in entry && entry.event === 'resetPrune')
        ? 'prune'
        : 'deprune',
    network: {
      name: 'parity',
      input: [height, width, maps],
      classes,
      body: [...client, ...server].map((entry) =>
        entry === 'M'
          ? { type: 'maxPool', size: 2, stride: 2, pad: 0 }
          : { type: 'conv', filters: Number(entry), kernel: 3, stride: 1, pad: 1 },
      ),
      head: [
        { type: 'poolFlatten', size: 7 },
        dense(settings.fc, 'relu'),
        dense(settings.fc, 'relu'),
        dense(classes, 'none'),
      ],
    },
    layer: client.length + 1,
    settings,
    steps: settings.log.filter((entry) => 'mode' in entry),
    resets: new Map(
      settings.log
        .filter((entry) => 'event' in entry)
        .map(({ before_step: before }) => [before, floats(tensors, `reset_before_step${before}/gate`)]),
    ),
    tensors,
  };
}

export function floats(tensors: StateDict, name: string): Float32Array {
  const tensor = tensors[name];
  if (!tensor || !(tensor.data instanceof Float32Array)) throw new Error(`the case has no float tensor ${name}`);
  return tensor.data;
}

/** The weights recorded under `prefix` (`init/client.`), by their PyTorch names; numpy made vectors of its scalars. */
export function stateUnder(tensors: StateDict, prefix: string): StateDict {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    own.map(([name, { shape, data }]) => {
      const scalar = name.endsWith('.num_batches_tracked');
      return [name.slice(prefix.length), { shape: scalar ? [] : shape, data }];
    }),
  );
}

/** A recorded NCHW batch as Sluice takes it. */
export function batchOf(
  tensors: StateDict,
  prefix: string,
  shape: Shape,
): { images: Float32Array; labels: Uint16Array; samples: number } {
  const { shape: recorded } = tensors[`${prefix}/x`];
  const samples = recorded[0];
  const labels = tensors[`${prefix}/y`];
  return {
    samples,
    images: toNhwc(floats(tensors, `${prefix}/x`), samples, shape),
    labels: labels ? Uint16Array.from(labels.data as BigInt64Array, Number) : new Uint16Array(samples),
  };
}

export function toNhwc(values: Float32Array, samples: number, [height, width, maps]: Shape): Float32Array {
  const out = new Float32Array(values.length);
  const cells = height * width;
  for (let n = 0; n < samples; n++) {
    for (let c = 0; c < maps; c++) {
      for (let p = 0; p < cells; p++) out[(n * cells + p) * maps + c] = values[(n * maps + c) * cells + p]!;
    }
  }
  return out;
}
