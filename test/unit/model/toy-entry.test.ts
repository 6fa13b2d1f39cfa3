import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openEngine } from '../../../main/engine/engine.ts';
import { sumRows } from '../../../main/engine/ops.ts';
import { describeCut } from '../../../main/model/describe.ts';
import type { EntryType } from '../../../main/model/entries/entry.ts';
import { parameter, type Layer } from '../../../main/model/layers/layer.ts';
import { integers } from '../../../main/model/operators.ts';
import type { Entry, NetworkSpec } from '../../../main/model/spec.ts';
import { noise, openHalves, tinyNetwork, trainStep } from '../../support/halves.ts';
import { withOnnxRuntime } from '../../support/onnx-runtime.ts';
import { channelsFirst, runOnnx, writtenPair } from '../../support/written-halves.ts';

interface ScaleEntry {
  readonly type: 'scale';
  readonly initial: number;
}

/** A factor for every map: all that a layer type is, in one place. A function, since mocks come before constants. */
function scale(): EntryType<ScaleEntry> {
  return {
    type: 'scale',
    kind: 'module',
    schema: () => z.strictObject({ type: z.literal('scale'), initial: z.number() }),
    label: ({ initial }) => `scale from ${initial}`,
    shape: (_, { input }) => input,
    nodes: (_, { nodes }) => nodes,
    cost: (_, { input }) => ({ parameters: input[2], multiplyAdds: 0 }),
    torchModules: () => 1,
    build: ({ initial }, { input, name }) => scaleLayer(`${name(0)}.weight`, input[2], initial),
    write: (_, { input, name }, x, graph) => {
      const shape = graph.constant(integers([1, input[2], 1, 1]));
      return graph.add('Mul', [x, graph.add('Reshape', [graph.weight(`${name(0)}.weight`), shape])]);
    },
  };
}

function scaleLayer(name: string, maps: number, initial: number): Layer {
  const factors = parameter(name, tf.fill<tf.Rank.R1>([maps], initial));
  return {
    parameters: [factors],
    statistics: [],
    infer: (x) => tf.mul(x, factors.value),
    forward(x) {
      const y = tf.mul(x, factors.value);
      return {
        y,
        backward(dy, apply, inputGradient) {
          y.dispose();
          const dx = inputGradient ? tf.mul(dy, factors.value) : null;
          apply(
            factors,
            tf.tidy(() => sumRows(tf.mul(dy, x))),
          );
          return dx;
        },
      };
    },
  };
}

vi.mock('../../../main/model/entries/index.ts', async (original) => {
  const { entryTypes } = await original<{ entryTypes: readonly unknown[] }>();
  return { entryTypes: [...entryTypes, scale()] };
});

const toy = { type: 'scale', initial: 2 } as unknown as Entry;
const network: NetworkSpec = {
  ...tinyNetwork,
  body: [
    ...tinyNetwork.body,
    toy,
    {
      type: 'block',
      branches: [{ entries: [toy], names: 'side' }, { entries: [] }],
      join: 'add',
      activation: 'relu',
    },
  ],
};

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

describe('a layer type that is only listed', () => {
  it('is described', () => {
    const { client, sent, server } = describeCut(network, { layer: 5, module: { resolution: 1, features: 1 } });
    expect(client.at(-2)).toMatchObject({ kind: 'module', label: 'scale from 2', output: [3, 3, 6], parameters: 6 });
    expect(sent).toEqual([3, 3, 6]);
    expect(server[1]).toMatchObject({ kind: 'block', parameters: 6, inside: { places: [{ tensors: 2 }] } });
  });

  it('is checked as data', () => {
    const wrong = { type: 'scale', initial: 'two' } as unknown as Entry;
    const cut = { layer: 0, module: null };
    expect(() => describeCut({ ...network, body: [wrong] }, cut)).toThrow(/network\.body\[0\]\.initial is "two"/);
  });

  withOnnxRuntime.it('is written as ONNX on both sides of a cut', async () => {
    const pair = await writtenPair(network, { layer: 5, module: null });
    const images = noise('images', network, 2).images;
    const { maps, logits } = await pair.infer(images, 2);
    const sent = await runOnnx(pair.client, channelsFirst(images, network.input), 2);
    const given = await runOnnx(pair.server, sent, 2);
    pair.dispose();
    sent.forEach((value, i) => expect(value).toBeCloseTo(maps[i], 4));
    given.forEach((value, i) => expect(value).toBeCloseTo(logits[i], 4));
  });

  it('trains on both sides of a cut, under the names it gives', async () => {
    const halves = openHalves(network, { layer: 5, module: null });
    const names = ['features.7.weight', 'features.0.side.0.weight'];
    const read = async (): Promise<(readonly number[])[]> => {
      const state = { ...(await halves.server.read()).weights, ...(await halves.client.read()).weights };
      return names.map((name) => Array.from(state[name].data, Number));
    };
    expect(await read()).toEqual(names.map(() => [2, 2, 2, 2, 2, 2]));
    const batch = noise('batch', network, 8);
    const first = await trainStep(halves, batch);
    for (let step = 1; step < 30; step++) await trainStep(halves, batch, { step });
    const last = await trainStep(halves, batch, { step: 30 });
    expect(last.loss).toBeLessThan(first.loss);
    for (const factors of await read()) for (const factor of factors) expect(factor).not.toBe(2);
    halves.dispose();
  });
});
