import { describe, expect, it } from 'vitest';
import { examine } from '../../../../main/lab/design/examine.ts';
import type { ExperimentInput } from '../../../../main/api.ts';
import { caveats, comparedTo, sampleBytes, sideCosts } from '../../../../renderer/pages/design/predict.ts';
import { blocksOf, heldAt, layerAfter, nearestCut, shapeWords } from '../../../../renderer/pages/design/strip.ts';

const look = (input: ExperimentInput) => examine(input, { list: () => [], epochs: () => [] });

describe('predictions', () => {
  it('say how much less is sent', () => {
    expect(comparedTo(100, 310)).toBe('3.10× less than');
    expect(comparedTo(200, 100)).toBe('2.00× more than');
    expect(comparedTo(100, 100)).toBe('as much as');
  });

  it('say where they are not exact', () => {
    const certain = look({});
    expect(caveats(certain.experiment!, certain.design!.plan)).toEqual([]);
    const open = look({ codec: { up: 'int8+zstd' }, gate: { ties: 'keep' }, sources: { count: 2, skew: 1 } });
    expect(caveats(open.experiment!, open.design!.plan).map((text) => text.split(':')[0])).toEqual([
      'At most',
      'At least',
      'About',
    ]);
  });

  it('give both sides the work the lab says they have', () => {
    const { network, design, experiment } = look({ split: { layer: 5, module: { resolution: 2 } } });
    const cut = network!.cuts.find(({ layer }) => layer === 5)!;
    const { client, server } = sideCosts(network!.layers, cut, heldAt(5), experiment!);
    const sum = (side: 'client' | 'server', key: 'parameters' | 'multiplyAdds'): number =>
      design![side].reduce((total, layer) => total + layer[key], 0);
    expect([client.parameters, client.multiplyAdds]).toEqual([
      sum('client', 'parameters'),
      sum('client', 'multiplyAdds'),
    ]);
    // The transposed convolution differs from the module's in gate and bias alone.
    expect(server.parameters / sum('server', 'parameters')).toBeCloseTo(1, 3);
    expect(client.memory).toBeGreaterThan(4 * client.parameters);
  });

  it('fall back to the full budget where a cut has no more maps', () => {
    const { network } = look({
      phases: [
        { budget: 100, epochs: 1 },
        { budget: 'full', epochs: 1 },
      ],
    });
    const at = (layer: number) =>
      sampleBytes(
        network!.cuts.find((cut) => cut.layer === layer)!,
        100,
      );
    expect(at(2)).toEqual(expect.objectContaining({ budget: null }));
    expect(at(5)).toEqual(expect.objectContaining({ budget: 100 }));
  });
});

describe('the strip', () => {
  it('draws every layer of the zoo', () => {
    for (const name of ['vgg11', 'vgg19', 'cnn', 'mlp', 'resnet18'] as const) {
      const { layers, input } = look({ model: { name }, split: { layer: 2 } }).network!;
      const blocks = blocksOf(layers, input);
      for (const { height, depth, label, kind } of blocks) {
        expect(height > 0 && height <= 1 && depth > 0 && depth <= 1, label).toBe(true);
        const first = { pool: 'max pool', flatten: 'average pool', block: 'residual block' } as Record<string, string>;
        expect(label.startsWith(first[kind] ?? kind)).toBe(true);
      }
    }
  });

  it('draws a layer by its kind, whatever its words', () => {
    const { layers, input } = look({ model: { name: 'resnet18' }, split: { layer: 2 } }).network!;
    const renamed = layers.map((layer) => ({ ...layer, label: 'max pool' }));
    expect(blocksOf(renamed, input).map(({ kind }) => kind)).toEqual([
      'conv',
      ...Array.from({ length: 8 }, () => 'block'),
      'flatten',
      'dense',
    ]);
  });

  it('says why a block cannot be cut inside', () => {
    const { layers, input } = look({ model: { name: 'resnet18' }, split: { layer: 2 } }).network!;
    const [conv, block] = blocksOf(layers, input);
    expect(conv.uncut).toBeNull();
    expect(block.uncut).toMatch(/^"residual block" cannot be cut inside.*: 2 cross after "conv 3×3, BatchNorm, ReLU"/);
  });

  it('puts the cut where the pointer is nearest', () => {
    expect([0, 40, 61, 119, 500].map((x) => nearestCut(x, 40, 5))).toEqual([0, 0, 1, 2, 5]);
    for (const layer of [0, 2, 3, 14]) expect(layerAfter(heldAt(layer))).toBe(layer);
    expect(heldAt(1)).toBe(0);
  });

  it('puts shapes into words', () => {
    expect(shapeWords([8, 8, 128])).toBe('128 maps of 8×8');
    expect(shapeWords([1, 1, 10])).toBe('10 values');
  });
});
