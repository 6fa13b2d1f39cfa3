import { dirname } from 'node:path/posix';
import { SluiceError } from '../../errors.ts';
import { random, shuffle } from '../../random.ts';
import { isImage, type SourceFile } from './format.ts';
import { placeImages, type PlacedImage } from './place.ts';

/**
 * Sorts `<class>/<image>` files into classes and into training and test. Without folders called train, test or val a
 * fifth of every class becomes the test set, drawn with a fixed seed.
 */

const testShare = 0.2;

export interface LabelledImage {
  readonly file: SourceFile;
  readonly label: number;
}

export interface Division {
  readonly classes: readonly string[];
  readonly train: readonly LabelledImage[];
  readonly test: readonly LabelledImage[];
  /** Files among the images of a class that are none. */
  readonly strangers: readonly SourceFile[];
  readonly notes: readonly string[];
}

interface DividedImage extends Pick<PlacedImage, 'file' | 'className'> {
  readonly part: 'train' | 'test';
}

/** Other files may lie around the class folders (a README, say), not in them. */
function strangersAmong(files: readonly SourceFile[]): SourceFile[] {
  const classFolders = new Set(files.filter(isImage).map(({ name }) => dirname(name)));
  return files.filter((file) => !isImage(file) && classFolders.has(dirname(file.name)));
}

/** Marks a fifth of every class as test images, the same for everyone who imports the same files. */
function divide(images: readonly PlacedImage[]): DividedImage[] {
  const classes = new Map<string, PlacedImage[]>();
  for (const image of images) {
    const members = classes.get(image.className);
    if (members) members.push(image);
    else classes.set(image.className, [image]);
  }
  return [...classes].flatMap(([name, members]) => {
    const order = shuffle(Uint32Array.from(members.keys()), random(0, 'split', name));
    const test = new Set(order.subarray(0, Math.round(members.length * testShare)));
    return members.map(
      ({ file, className }, i) => ({ file, className, part: test.has(i) ? 'test' : 'train' }) as const,
    );
  });
}

interface Divided {
  readonly images: readonly DividedImage[];
  readonly notes: readonly string[];
}

function intoParts(images: readonly PlacedImage[]): Divided {
  const stray = images.find(({ part }) => part === 'undivided');
  if (!stray) return validated(images);
  if (images.some(({ part }) => part !== 'undivided')) {
    throw new SluiceError(
      'layout-unknown',
      `${stray.file.label} lies neither under train nor under test or val, as others do. Move it there, or take it out.`,
    );
  }
  const divided = divide(images);
  const test = divided.filter(({ part }) => part === 'test').length;
  return {
    images: divided,
    notes: [
      `no train and test folders: ${test} of ${images.length} images, a fifth of every class, became the test set`,
    ],
  };
}

/** Accuracy is measured after every epoch, which is what validation images are for; test images then stay unseen. */
function validated(images: readonly PlacedImage[]): Divided {
  const hasVal = images.some(({ part }) => part === 'val');
  const unseen = hasVal ? images.filter(({ part }) => part === 'test').length : 0;
  const divided = images.flatMap(({ file, className, part }): DividedImage[] => {
    if (part === 'train') return [{ file, className, part }];
    return part === 'test' && hasVal ? [] : [{ file, className, part: 'test' }];
  });
  const note =
    `val and test are both there: accuracy is measured on val, and the ${unseen} images of test are not imported; ` +
    'to measure on them, import train and test by name';
  return { images: divided, notes: unseen > 0 ? [note] : [] };
}

function labelled(
  images: readonly DividedImage[],
  part: 'train' | 'test',
  classes: readonly string[],
): LabelledImage[] {
  const found = images.filter((image) => image.part === part);
  if (found.length === 0) {
    throw new SluiceError(
      'import-empty',
      `There are no ${part === 'train' ? 'training' : 'test'} images. Give them in a folder called ` +
        `${part === 'train' ? 'train' : 'test or val'}, or import two paths: sluice data import train test`,
    );
  }
  const labels = new Map(classes.map((name, label) => [name, label]));
  return found.map(({ file, className }) => {
    const label = labels.get(className);
    if (label !== undefined) return { file, label };
    throw new SluiceError(
      'class-unknown',
      `${file.label}: class "${className}" has no training images. The classes are ${classes.join(', ')}.`,
    );
  });
}

/**
 * Errors name the file that does not fit; classes are in order of name. With `nested` the images of a class may lie
 * deeper below its folder.
 */
export function divideImages(files: readonly SourceFile[], nested: boolean): Division {
  const placed = placeImages(files.filter(isImage), nested);
  const { images, notes } = intoParts(placed.images);
  const inTraining = images.filter(({ part }) => part === 'train').map(({ className }) => className);
  const classes = [...new Set(inTraining)].sort();
  return {
    classes,
    train: labelled(images, 'train', classes),
    test: labelled(images, 'test', classes),
    strangers: strangersAmong(files),
    notes: [...notes, ...placed.notes],
  };
}
