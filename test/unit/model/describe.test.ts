import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { buildClient, buildServer } from '../../../main/model/build.ts';
import { describeCut } from '../../../main/model/describe.ts';
import type { LayerDescription } from '../../../main/model/layer-cost.ts';
import type { ModuleSpec } from '../../../main/model/spec.ts';
import { networkNames, networkSpec } from '../../../main/model/zoo.ts';

const vgg11 = networkSpec('vgg11', { input: [32, 32, 3], classes: 10, width: 1 });
beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const plainModule: ModuleSpec = { resolution: 1, features: 1 };

interface Weights {
  readonly parameters: readonly { readonly value: { readonly size: number } }[];
}

function sum(layers: readonly LayerDescription[], of: 'parameters' | 'multiplyAdds'): number {
  return layers.reduce((total, layer) => total + layer[of], 0);
}

describe('describeCut', () => {
  it('puts the module where the layer number says', () => {
    const { client, sent, server } = describeCut(vgg11, { layer: 5, module: plainModule });
    expect(client.map((layer) => layer.output)).toEqual([
      [32, 32, 64],
      [16, 16, 64],
      [16, 16, 128],
      [8, 8, 128],
      [8, 8, 128],
    ]);
    expect(sent).toEqual([8, 8, 128]);
    expect(server[0]?.output).toEqual([8, 8, 128]);
    expect(server).toHaveLength(1 + 9 + 4);
  });

  it('has a module that still holds some of the maps send just these, and gives back all there were', () => {
    const { client, sent, server } = describeCut(vgg11, { layer: 5, module: { ...plainModule, maps: 4 } });
    expect(sent).toEqual([8, 8, 4]);
    expect(client.at(-1)).toMatchObject({ parameters: 9 * 128 * 4 + 4 * 4, multiplyAdds: 9 * 128 * 4 * 64 });
    expect(server[0]).toMatchObject({ output: [8, 8, 128], parameters: 9 * 128 * 4 + 3 * 128 });
  });

  it.each([0, 129, 1.5])('refuses a module that holds %s of 128 maps', (maps) => {
    expect(() => describeCut(vgg11, { layer: 5, module: { ...plainModule, maps } })).toThrow(
      expect.objectContaining({ code: 'bad-module', path: 'split.module.maps' }),
    );
  });

  it('refuses to take nodes out of an MLP', () => {
    const mlp = networkSpec('mlp', { input: [8, 8, 1], classes: 3, width: 0.1 });
    expect(() => describeCut(mlp, { layer: 2, module: { ...plainModule, maps: 4 } })).toThrow(/no nodes/);
  });

  it.each([0, 1])('compresses the image itself at layer %i', (layer) => {
    const { client, sent } = describeCut(vgg11, { layer, module: plainModule });
    expect(client).toHaveLength(1);
    expect(sent).toEqual([32, 32, 3]);
  });

  it('leaves the same layers on both sides in sum, wherever the plain split is', () => {
    const whole = describeCut(vgg11, { layer: 0, module: null });
    for (let layer = 0; layer <= vgg11.body.length + 1; layer++) {
      const { client, server } = describeCut(vgg11, { layer, module: null });
      expect([...client, ...server]).toEqual(whole.server);
    }
  });

  it('restores the resolution after compression by r = 1, 2, 3 and divides the maps by c', () => {
    for (const resolution of [1, 2, 3]) {
      const { sent, server } = describeCut(vgg11, { layer: 5, module: { resolution, features: 4 } });
      expect(sent).toEqual(
        [
          [8, 8, 32],
          [5, 5, 32],
          [4, 4, 32],
        ][resolution - 1],
      );
      expect(server[0]?.output).toEqual([8, 8, 128]);
    }
  });

  it('lets the next layer take what comes where r does not restore the size', () => {
    const stl = networkSpec('vgg11', { input: [96, 96, 3], classes: 10, width: 1 });
    const { client, server } = describeCut(stl, { layer: 9, module: { resolution: 3, features: 1 } });
    expect(client.at(-2)?.output).toEqual([12, 12, 512]);
    expect(server[0]?.output).toEqual([11, 11, 512]);
  });

  it('counts the module as PyTorch does: convolution with bias, BatchNorm, gate', () => {
    const { client, server } = describeCut(vgg11, { layer: 5, module: { resolution: 2, features: 2 } });
    const weights = 4 * 4 * 128 * 64;
    expect(client.at(-1)).toMatchObject({ parameters: weights + 64 + 2 * 64 + 64, multiplyAdds: weights * 25 });
    expect(server[0]).toMatchObject({ parameters: weights + 128 + 2 * 128, multiplyAdds: weights * 25 });
  });

  it.each(networkNames)('counts the parameters that %s is built with, in both halves', (name) => {
    const network = networkSpec(name, { input: [32, 32, 3], classes: 10, width: 0.1 });
    const count = (half: { layers: Weights; module: Weights | null }): number =>
      [half.layers, half.module]
        .flatMap((part) => part?.parameters ?? [])
        .reduce((total, { value }) => total + value.size, 0);
    for (const layer of [0, 3]) {
      for (const module of [null, plainModule]) {
        const { client, server } = describeCut(network, { layer, module });
        const options = { seed: 1, fold: false };
        expect(sum(client, 'parameters')).toBe(count(buildClient(network, { layer, module }, options)));
        expect(sum(server, 'parameters')).toBe(count(buildServer(network, { layer, module }, options)));
      }
    }
  });

  it('counts the work of the folded first dense layer, but its PyTorch parameters', () => {
    const { server } = describeCut(vgg11, { layer: 5, module: null });
    expect(sum(server, 'multiplyAdds')).toBeLessThan(160e6);
    expect(server.find((layer) => layer.label.startsWith('dense'))).toMatchObject({
      parameters: 25089 * 4096,
      multiplyAdds: 512 * 4096,
    });
  });

  it('gates the nodes of an MLP without a convolution', () => {
    const mlp = networkSpec('mlp', { input: [28, 28, 1], classes: 10, width: 1 });
    const { client, server } = describeCut(mlp, { layer: 3, module: plainModule });
    expect(client.at(-1)).toMatchObject({ output: [1, 1, 256], parameters: 3 * 256, multiplyAdds: 0 });
    expect(server[0]).toMatchObject({ output: [1, 1, 256], parameters: 2 * 256, multiplyAdds: 0 });
    expect(() => describeCut(mlp, { layer: 3, module: { resolution: 2, features: 1 } })).toThrow(
      /split\.module\.resolution is 2/,
    );
    expect(() => describeCut(mlp, { layer: 3, module: { resolution: 1, features: 2 } })).toThrow(
      /split\.module\.features is 2/,
    );
  });

  it('keeps the convolution on maps of 1×1', () => {
    const { client } = describeCut(vgg11, { layer: 14, module: plainModule });
    expect(client.at(-1)).toMatchObject({ output: [1, 1, 512], multiplyAdds: 9 * 512 * 512 });
  });

  it('says which layers there are when the cut is beyond them', () => {
    for (const layer of [-1, 15, 2.5]) {
      expect(() => describeCut(vgg11, { layer, module: null })).toThrow(/split\.layer is .*0 to 14/);
    }
  });

  it('refuses a feature factor that does not divide the maps', () => {
    expect(() => describeCut(vgg11, { layer: 5, module: { resolution: 1, features: 3 } })).toThrow(
      /divide the 128 maps/,
    );
  });

  it('refuses images too small for the network', () => {
    const small = networkSpec('vgg11', { input: [28, 28, 1], classes: 10, width: 1 });
    expect(() => describeCut(small, { layer: 5, module: null })).toThrow(/28×28 leave nothing for "max pool 2×2/);
  });
});
