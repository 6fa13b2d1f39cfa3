import type { Shape } from '../model/spec.ts';

/** Per channel, of pixel values scaled to [0, 1]. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface RemoteFile {
  readonly name: string;
  /** Tried in order; the official place comes first. */
  readonly urls: readonly string[];
  readonly bytes: number;
  /** As published by the authors. */
  readonly md5: string;
}

/** A data set Sluice can download. `flip`: a mirrored image still shows the same class. */
export interface KnownDataset {
  readonly name: string;
  readonly title: string;
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly normalisation: Normalisation;
  readonly flip: boolean;
  readonly trainSamples: number;
  readonly testSamples: number;
  readonly files: readonly RemoteFile[];
}

/** ImageNet100, and any folder of images too large to be kept decoded. */
export const imagenetNormalisation: Normalisation = { mean: [0.4595, 0.452, 0.39], std: [0.2547, 0.2385, 0.2548] };

/** MNIST's four files; `published` gives each one's size and MD5 in this order. */
function idxFiles(places: readonly string[], published: readonly [bytes: number, md5: string][]): RemoteFile[] {
  const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];
  return published.map(([bytes, md5], i) => {
    const name = `${names[i]}-ubyte.gz`;
    return { name, urls: places.map((place) => place + name), bytes, md5 };
  });
}

const cifar10: KnownDataset = {
  name: 'cifar10',
  title: 'CIFAR-10, photographs of animals and vehicles',
  shape: [32, 32, 3],
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  normalisation: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  flip: true,
  trainSamples: 50_000,
  testSamples: 10_000,
  files: [
    {
      name: 'cifar-10-binary.tar.gz',
      urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
      bytes: 170_052_171,
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    },
  ],
};

const cifar100: KnownDataset = {
  name: 'cifar100',
  title: 'CIFAR-100, photographs of a hundred things (fine labels)',
  shape: [32, 32, 3],
  classes: (
    'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle ' +
    'caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant ' +
    'flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man ' +
    'maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree ' +
    'plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper ' +
    'snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train ' +
    'trout tulip turtle wardrobe whale willow_tree wolf woman worm'
  ).split(' '),
  normalisation: { mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] },
  flip: true,
  trainSamples: 50_000,
  testSamples: 10_000,
  files: [
    {
      name: 'cifar-100-binary.tar.gz',
      urls: ['https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz'],
      bytes: 168_513_733,
      md5: '03b5dce01913d631647c71ecec9e9cb8',
    },
  ],
};

const stl10: KnownDataset = {
  name: 'stl10',
  title: 'STL-10, larger photographs, its labelled part',
  shape: [96, 96, 3],
  classes: ['airplane', 'bird', 'car', 'cat', 'deer', 'dog', 'horse', 'monkey', 'ship', 'truck'],
  normalisation: { mean: [0.507, 0.487, 0.441], std: [0.267, 0.256, 0.276] },
  flip: true,
  trainSamples: 5_000,
  testSamples: 8_000,
  files: [
    {
      name: 'stl10_binary.tar.gz',
      urls: ['http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz'],
      bytes: 2_640_397_119,
      md5: '91f7769df0f17e558f3565bffb0c7dfb',
    },
  ],
};

const mnist: KnownDataset = {
  name: 'mnist',
  title: 'MNIST, handwritten digits',
  shape: [28, 28, 1],
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  normalisation: { mean: [0.1307], std: [0.3081] },
  flip: false,
  trainSamples: 60_000,
  testSamples: 10_000,
  files: idxFiles(
    ['http://yann.lecun.com/exdb/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/'],
    [
      [9_912_422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873'],
      [28_881, 'd53e105ee54ea40749a09fcbcd1e9432'],
      [1_648_877, '9fb629c4189551a2d022fa330f9573f3'],
      [4_542, 'ec29112dd5afa0611ce80d1b7f02629c'],
    ],
  ),
};

const fashionMnist: KnownDataset = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST, articles of clothing',
  shape: [28, 28, 1],
  classes: ['t-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
  normalisation: { mean: [0.286], std: [0.353] },
  flip: true,
  trainSamples: 60_000,
  testSamples: 10_000,
  files: idxFiles(
    ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
    [
      [26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'],
      [29_515, '25c81989df183df01b3e8a0aad5dffbe'],
      [4_422_102, 'bef4ecab320f06d8554ea6380940ec79'],
      [5_148, 'bb300cfdad3c16e7a12a480ee83cd310'],
    ],
  ),
};

/** What `sluice data get` can fetch. */
export const catalogue = { cifar10, cifar100, stl10, mnist, 'fashion-mnist': fashionMnist } as const;

/** The catalogue's entry of that name, if there is one. */
export function known(name: string): KnownDataset | undefined {
  return Object.values(catalogue).find((entry) => entry.name === name);
}
