import { SluiceError } from '../errors.ts';
import { basicBlock } from './basic-block.ts';
import type { DenseEntry } from './entries/dense.ts';
import type { Entry, NetworkSpec, Shape } from './spec.ts';

export interface NetworkOptions {
  readonly input: Shape;
  readonly classes: number;
  /** Multiplies the number of maps (or nodes) of every layer; results are multiples of 4. */
  readonly width: number;
}

export const networkNames = ['vgg11', 'vgg16', 'vgg19', 'cnn', 'mlp', 'resnet18'] as const;
export type NetworkName = (typeof networkNames)[number];

type Build = (options: NetworkOptions) => Pick<NetworkSpec, 'body' | 'head'>;

const vggLists = {
  vgg11: [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'],
  vgg16: [64, 64, 'M', 128, 128, 'M', 256, 256, 256, 'M', 512, 512, 512, 'M', 512, 512, 512, 'M'],
  vgg19: [64, 64, 'M', 128, 128, 'M', 256, 256, 256, 256, 'M', 512, 512, 512, 512, 'M', 512, 512, 512, 512, 'M'],
} as const;

const networks: Record<NetworkName, Build> = {
  vgg11: vgg(vggLists.vgg11),
  vgg16: vgg(vggLists.vgg16),
  vgg19: vgg(vggLists.vgg19),
  cnn: ({ classes, width }) => ({
    body: vggBody([32, 'M', 64, 'M', 128, 'M'], width),
    head: [{ type: 'poolFlatten', size: 1 }, classifier(classes)],
  }),
  mlp: ({ classes, width }) => ({
    body: [512, 256, 128].map((units): DenseEntry => ({
      type: 'dense',
      units: scaled(units, width),
      activation: 'relu',
    })),
    head: [classifier(classes)],
  }),
  resnet18,
};

/**
 * A network of the zoo as data, for images of `input` and that many classes.
 * Throws `model-unknown` for a name the zoo does not have.
 */
export function networkSpec(name: string, options: NetworkOptions): NetworkSpec {
  if (!isNetworkName(name)) {
    throw new SluiceError(
      'model-unknown',
      `model.name: "${name}" is not in the zoo; take one of ${networkNames.join(', ')}.`,
      {
        path: 'model.name',
      },
    );
  }
  return { name, input: options.input, classes: options.classes, ...networks[name](options) };
}

function isNetworkName(name: string): name is NetworkName {
  return (networkNames as readonly string[]).includes(name);
}

/** Simonyan and Zisserman, 2014, with BatchNorm; torchvision's classifier. */
function vgg(list: readonly (number | 'M')[]): Build {
  return ({ classes, width }) => {
    const hidden: DenseEntry = { type: 'dense', units: scaled(4096, width), activation: 'relu', dropout: 0.5 };
    return {
      body: vggBody(list, width),
      head: [{ type: 'poolFlatten', size: 7 }, hidden, hidden, classifier(classes)],
    };
  };
}

function vggBody(list: readonly (number | 'M')[], width: number): Entry[] {
  return list.map((item) =>
    item === 'M'
      ? { type: 'maxPool', size: 2, stride: 2, pad: 0 }
      : { type: 'conv', filters: scaled(item, width), kernel: 3, stride: 1, pad: 1 },
  );
}

/** He et al., 2016. Images up to 64×64 keep their resolution in the stem, as is usual on CIFAR. */
function resnet18({ input, classes, width }: NetworkOptions): Pick<NetworkSpec, 'body' | 'head'> {
  const filters = scaled(64, width);
  const stem: Entry[] =
    Math.max(input[0], input[1]) <= 64
      ? [{ type: 'conv', filters, kernel: 3, stride: 1, pad: 1 }]
      : [
          { type: 'conv', filters, kernel: 7, stride: 2, pad: 3 },
          { type: 'maxPool', size: 3, stride: 2, pad: 1 },
        ];
  const stages = [64, 128, 256, 512].map((maps) => scaled(maps, width));
  const blocks = stages.flatMap((filters, stage): Entry[] => [
    basicBlock({ maps: stages[Math.max(0, stage - 1)], filters, stride: stage === 0 ? 1 : 2 }),
    basicBlock({ maps: filters, filters, stride: 1 }),
  ]);
  return { body: [...stem, ...blocks], head: [{ type: 'poolFlatten', size: 1 }, classifier(classes)] };
}

function classifier(classes: number): DenseEntry {
  return { type: 'dense', units: classes, activation: 'none' };
}

function scaled(maps: number, width: number): number {
  return Math.max(4, Math.round((maps * width) / 4) * 4);
}
