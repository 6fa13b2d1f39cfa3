import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { buildClient, buildServer } from '../../../main/model/build.ts';
import { describeCut } from '../../../main/model/describe.ts';
import { disposeWeights } from '../../../main/model/layers/layer.ts';
import type { ModuleSpec, NetworkSpec } from '../../../main/model/spec.ts';
import { networkSpec, type NetworkName } from '../../../main/model/zoo.ts';
import { tinyNetwork } from '../../support/halves.ts';
import { normals } from '../../support/tensors.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const samples = 2;

function small(name: NetworkName, height: number, width: number): NetworkSpec {
  return networkSpec(name, { input: [height, width, 3], classes: 5, width: 1 / 32 });
}

/** Runs both halves in inference; fails where shapes do not meet. */
function infer(network: NetworkSpec, layer: number, module: ModuleSpec | null): { sent: number[]; logits: number[] } {
  const cut = { layer, module };
  const client = buildClient(network, cut, { seed: 1 });
  const server = buildServer(network, cut, { seed: 1 });
  expect(server.cutShape).toEqual(client.cutShape);
  const shapes = tf.tidy(() => {
    const y = client.layers.infer(normals('x', [samples, ...network.input]));
    const maps = client.module?.infer(y, null) ?? y;
    const received = { maps: tf.reshape(maps, [samples, ...client.cutShape]), kept: null, mask: null };
    const logits = server.layers.infer(server.module?.infer(received) ?? received.maps);
    const sent = maps.rank === 4 ? maps.shape.slice(1) : [1, 1, maps.size / samples];
    return { sent, logits: logits.shape };
  });
  for (const half of [client.layers, client.module, server.module, server.layers]) if (half) disposeWeights(half);
  return shapes;
}

describe.each<[NetworkName, number, number]>([
  ['vgg11', 32, 32],
  ['cnn', 32, 32],
  ['cnn', 24, 16],
  ['mlp', 8, 6],
  ['resnet18', 32, 32],
  ['resnet18', 72, 72],
])('%s for images of %i×%i', (name, height, width) => {
  const network = small(name, height, width);
  const layers = Array.from({ length: network.body.length + 2 }, (_, layer) => layer);

  it.each(layers)('cut at layer %i sends what it is described to send, and ends in the classes', (layer) => {
    const nodes = network.body[layer - 2]?.type === 'dense';
    const modules = nodes ? [{ resolution: 1, features: 1 }] : [1, 2, 3].map((r) => ({ resolution: r, features: 1 }));
    for (const module of [null, ...modules]) {
      let sent;
      try {
        ({ sent } = describeCut(network, { layer, module }));
      } catch {
        continue;
      }
      expect(infer(network, layer, module)).toEqual({ sent, logits: [samples, 5] });
    }
  });
});

describe('a network built', () => {
  it('leaves nothing behind when it is disposed of', () => {
    const before = tf.memory().numTensors;
    infer(tinyNetwork, 3, { resolution: 2, features: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([-1, 1.5, tinyNetwork.body.length + 2])('cannot be cut at layer %f', (layer) => {
    for (const build of [buildClient, buildServer]) {
      expect(() => build(tinyNetwork, { layer, module: null }, { seed: 1 })).toThrow(
        expect.objectContaining({
          code: 'bad-split',
          path: 'split.layer',
          message: `split.layer is ${layer}: tiny can be cut at layers 0 to 4`,
        }) as Error,
      );
    }
  });
});
