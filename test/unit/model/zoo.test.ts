import { describe, expect, it } from 'vitest';
import { describeNetwork } from '../../../main/model/describe.ts';
import { networkNames, networkSpec, type NetworkOptions } from '../../../main/model/zoo.ts';

const imagenet: NetworkOptions = { input: [224, 224, 3], classes: 1000, width: 1 };
const cifar: NetworkOptions = { input: [32, 32, 3], classes: 10, width: 1 };

function parameters(name: string, options: NetworkOptions): number {
  return describeNetwork(networkSpec(name, options)).reduce((sum, layer) => sum + layer.parameters, 0);
}

describe('networkSpec', () => {
  it.each([
    ['vgg11', 132_868_840],
    ['vgg16', 138_365_992],
    ['vgg19', 143_678_248],
    // torchvision's stem has no bias (64 values), ours is a convolution like any other
    ['resnet18', 11_689_512 + 64],
  ])('%s has the parameters of torchvision’s', (name, expected) => {
    expect(parameters(name, imagenet)).toBe(expected);
  });

  it.each(networkNames)('%s ends in the classes at several image sizes and widths', (name) => {
    for (const input of [
      [32, 32, 3],
      [96, 96, 3],
      [224, 224, 3],
    ] as const) {
      for (const width of [0.1, 1]) {
        const layers = describeNetwork(networkSpec(name, { input, classes: 7, width }));
        expect(layers.at(-1)?.output).toEqual([1, 1, 7]);
      }
    }
  });

  it('scales every layer but the last to multiples of 4', () => {
    const { body, head } = networkSpec('vgg11', { ...cifar, width: 0.3 });
    expect(body.flatMap((entry) => (entry.type === 'conv' ? [entry.filters] : []))).toEqual([
      20, 40, 76, 76, 152, 152, 152, 152,
    ]);
    expect(head.flatMap((entry) => (entry.type === 'dense' ? [entry.units] : []))).toEqual([1228, 1228, 10]);
  });

  it('gives resnet18 a small stem on small images only', () => {
    expect(networkSpec('resnet18', cifar).body.map((entry) => entry.type)).toEqual([
      'conv',
      ...Array.from({ length: 8 }, () => 'block'),
    ]);
    expect(networkSpec('resnet18', imagenet).body.slice(0, 2)).toEqual([
      { type: 'conv', filters: 64, kernel: 7, stride: 2, pad: 3 },
      { type: 'maxPool', size: 3, stride: 2, pad: 1 },
    ]);
  });

  it('names the networks there are when asked for another', () => {
    expect(() => networkSpec('vgg12', cifar)).toThrow(/model\.name: "vgg12".*vgg11, vgg16/);
  });
});
