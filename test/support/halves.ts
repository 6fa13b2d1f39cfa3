import type { Batch, BatchSource } from '../../main/data/source.ts';
import { basicBlock } from '../../main/model/basic-block.ts';
import { buildClient, buildServer } from '../../main/model/build.ts';
import type { Cut, NetworkSpec } from '../../main/model/spec.ts';
import { random } from '../../main/random.ts';
import { clientHalf, type ClientHalf } from '../../main/training/client.ts';
import type { GateSettings } from '../../main/training/gates/chooser.ts';
import type { CodecInput } from '../../main/offload/codecs/table.ts';
import {
  codecsFor,
  codecSettings,
  scheduled,
  type CodecSettings,
  type CodecUse,
} from '../../main/training/controller.ts';
import { inProcessOffloader } from '../../main/training/in-process.ts';
import type { MeteredAnswer, Offloader } from '../../main/training/offloader.ts';
import { serverHalf, type ServerHalf } from '../../main/training/server.ts';
import type { Budget } from '../../main/records/column.ts';

/** One of everything, and small: a convolution before and after the pooling, a dense layer with dropout. */
export const tinyNetwork: NetworkSpec = {
  name: 'tiny',
  input: [6, 6, 3],
  classes: 3,
  body: [
    { type: 'conv', filters: 4, kernel: 3, stride: 1, pad: 1 },
    { type: 'maxPool', size: 2, stride: 2, pad: 0 },
    { type: 'conv', filters: 6, kernel: 3, stride: 1, pad: 1 },
  ],
  head: [
    { type: 'poolFlatten', size: 4 },
    { type: 'dense', units: 8, activation: 'relu', dropout: 0.5 },
    { type: 'dense', units: 3, activation: 'none' },
  ],
};

/** Two blocks between convolutions: branches that are concatenated as in Inception, and a block that adds to its input. */
export const branchedNetwork: NetworkSpec = {
  name: 'branched',
  input: [6, 6, 3],
  classes: 3,
  body: [
    { type: 'conv', filters: 4, kernel: 3, stride: 1, pad: 1 },
    {
      type: 'block',
      title: 'inception block',
      branches: [
        { entries: [{ type: 'conv', filters: 2, kernel: 1, stride: 1, pad: 0 }] },
        {
          entries: [
            { type: 'conv', filters: 2, kernel: 1, stride: 1, pad: 0 },
            { type: 'conv', filters: 3, kernel: 3, stride: 1, pad: 1 },
          ],
          names: ['reduce', 'reduceNorm', 'reduceRelu', 'conv', 'convNorm', 'convRelu'],
        },
        { entries: [{ type: 'maxPool', size: 3, stride: 1, pad: 1 }], names: 'pool' },
      ],
      join: 'concat',
      activation: 'none',
    },
    basicBlock({ maps: 9, filters: 9, stride: 1 }),
    { type: 'maxPool', size: 2, stride: 2, pad: 0 },
  ],
  head: [
    { type: 'poolFlatten', size: 1 },
    { type: 'dense', units: 3, activation: 'none' },
  ],
};

export const tinyCut: Cut = { layer: 3, module: { resolution: 1, features: 1 } };

/** Those of the published code. */
export const publishedCodecs = { up: 'float16', down: 'float32', full: 'float32' } as const;

export interface HalvesOptions {
  readonly seed?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly gate?: GateSettings;
  readonly codecs?: Partial<Record<CodecUse, CodecInput>>;
  readonly fold?: boolean;
}

export interface Halves {
  readonly client: ClientHalf;
  readonly server: ServerHalf;
  readonly offloader: Offloader;
  readonly codecs: CodecSettings;
  dispose(): void;
}

/** Both halves of a network, cut, with everything a message goes through between them. */
export function openHalves(network: NetworkSpec, cut: Cut, options: HalvesOptions = {}): Halves {
  const { seed = 1, momentum = 0, weightDecay = 5e-4, fold } = options;
  const gate: GateSettings = { ties: 'keep', ...options.gate };
  const optimiser = { momentum, weightDecay };
  const client = clientHalf(buildClient(network, cut, { seed }), { input: network.input, gate, optimiser, seed });
  const server = serverHalf(buildServer(network, cut, { seed, fold }), {
    classes: network.classes,
    optimiser,
    seed,
    clientTrains: client.trainable,
  });
  const codecs = codecSettings({ ...publishedCodecs, ...options.codecs });
  return {
    client,
    server,
    offloader: inProcessOffloader(server, scheduled(codecs).codecs, seed),
    codecs,
    dispose() {
      client.dispose();
      server.dispose();
    },
  };
}

/** One training step through both halves. */
export async function trainStep(
  { client, offloader, codecs }: Pick<Halves, 'client' | 'offloader' | 'codecs'>,
  batch: Batch,
  { budget = null, step = 0, learningRate = 0.05, classes = 3 }: TrainStepOptions = {},
): Promise<MeteredAnswer & { pruneLoss: number }> {
  const begun = await client.begin(batch, budget, step);
  const { labels } = batch;
  const result = await offloader.step(
    { ...begun.features, step, labels, classes, learningRate },
    codecsFor(budget, codecs),
  );
  begun.finish(result.gradient, learningRate);
  return { ...result, pruneLoss: begun.pruneLoss };
}

interface TrainStepOptions {
  readonly budget?: Budget;
  readonly step?: number;
  readonly learningRate?: number;
  readonly classes?: number;
}

/** A batch of noise in which the label shows in one of the colours; the same for the same key. */
export function noise(key: string, { input, classes }: NetworkSpec, samples: number): Batch {
  const source = random(1, key, samples);
  const labels = Uint16Array.from({ length: samples }, () => source.integer(classes));
  const values = input[0] * input[1] * input[2];
  const images = Float32Array.from({ length: samples * values }, (_, i) => {
    const shows = i % input[2] === labels[Math.floor(i / values)];
    return source.normal() + (shows ? 1 : 0);
  });
  return { samples, images, labels };
}

/** Noise in batches, a pure function of epoch and position like any source; the last batch is smaller. */
export function noiseSource(network: NetworkSpec, { batches = 3, testBatches = 2, samples = 4 } = {}): BatchSource {
  const { input: shape, classes } = network;
  const last = (index: number): boolean => index === batches - 1;
  return {
    info: {
      name: 'noise',
      shape,
      classes: Array.from({ length: classes }, (_, index) => `class ${index}`),
      trainSamples: batches * samples - 1,
      testSamples: testBatches * samples,
    },
    batchSize: samples,
    async *train(epoch, fromBatch = 0) {
      for (let index = fromBatch; index < batches; index++) {
        yield await Promise.resolve(noise(`epoch ${epoch}, batch ${index}`, network, samples - (last(index) ? 1 : 0)));
      }
    },
    async *test() {
      for (let index = 0; index < testBatches; index++) {
        yield await Promise.resolve(noise(`test ${index}`, network, samples));
      }
    },
    close: () => Promise.resolve(),
  };
}
