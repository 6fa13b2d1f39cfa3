import { dirname, extname } from 'node:path/posix';
import { SluiceError } from '../../errors.ts';
import { random, shuffle } from '../../random.ts';
import type { SourceFile } from './format.ts';

/**
 * Sorts `<class>/<image>` files into classes and into training and test. The part is the nearest enclosing folder
 * (or archive, or import) called train, or test or val, `X1` and the like behind it allowed; without any such, a
 * fifth of every class becomes the test set, drawn with a fixed seed.
 */

const partName = /^(?:.*[-_. ])?(?:(train(?:ing)?)|test|val(?:id(?:ation)?)?)(?:\.X\d*)?$/i;
const testShare = 0.2;

interface FoundImage {
  readonly file: SourceFile;
  readonly className: string;
  /** The folder the class folder lies in. */
  readonly parent: string;
  readonly part: 'train' | 'test' | 'undivided';
}

export interface LabelledImage {
  readonly file: SourceFile;
  readonly label: number;
}

export interface Division {
  readonly classes: readonly string[];
  readonly train: readonly LabelledImage[];
  readonly test: readonly LabelledImage[];
  readonly notes: readonly string[];
}

function partOf(parent: string): FoundImage['part'] {
  for (const segment of parent.split('/').reverse()) {
    const match = partName.exec(segment);
    if (match) return match[1] ? 'train' : 'test';
  }
  return 'undivided';
}

function findImage(file: SourceFile): FoundImage {
  const segments = file.name.split('/');
  const className = segments.at(-2);
  const parent = segments.slice(0, -2).join('/');
  if (className === undefined) {
    throw new SluiceError(
      'class-unknown',
      `${file.label} lies in no class folder. Images belong into <class>/<image>.`,
    );
  }
  return { file, className, parent, part: partOf(parent) };
}

export function isImage(file: SourceFile): boolean {
  return /^\.(jpe?g|png)$/i.test(extname(file.name));
}

/** Other files may lie around the class folders (a README, say), not in them. */
function checkStrangers(files: readonly SourceFile[]): void {
  const classFolders = new Set(files.filter(isImage).map(({ name }) => dirname(name)));
  const stranger = files.find((file) => !isImage(file) && classFolders.has(dirname(file.name)));
  if (!stranger) return;
  throw new SluiceError(
    'image-unreadable',
    `${stranger.label} is not a JPEG or PNG image. Convert it, or take it out of the class folder.`,
  );
}

/** A class folder that holds class folders would make one of the two levels silently wrong. */
function checkDepth(images: readonly FoundImage[]): void {
  const parents = new Map(images.map((image) => [image.parent, image]));
  for (const image of images) {
    const deeper = parents.get(image.parent ? `${image.parent}/${image.className}` : image.className);
    if (!deeper) continue;
    throw new SluiceError(
      'layout-unknown',
      `Images lie at different depths: ${image.file.label} and ${deeper.file.label}. All must lie in <class>/<image>.`,
    );
  }
}

/** Marks a fifth of every class as test images, the same for everyone who imports the same files. */
function divide(images: readonly FoundImage[]): FoundImage[] {
  const classes = new Map<string, FoundImage[]>();
  for (const image of images) {
    const members = classes.get(image.className);
    if (members) members.push(image);
    else classes.set(image.className, [image]);
  }
  return [...classes].flatMap(([name, members]) => {
    const order = shuffle(Uint32Array.from(members.keys()), random(0, 'split', name));
    const test = new Set(order.subarray(0, Math.round(members.length * testShare)));
    return members.map((image, i) => ({ ...image, part: test.has(i) ? 'test' : 'train' }) as const);
  });
}

function labelled(images: readonly FoundImage[], part: 'train' | 'test', classes: readonly string[]): LabelledImage[] {
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

/** Errors name the file that does not fit; classes are in order of name. */
export function divideImages(files: readonly SourceFile[]): Division {
  checkStrangers(files);
  const found = files.filter(isImage).map(findImage);
  checkDepth(found);
  const stray = found.find((image) => image.part === 'undivided');
  if (stray && found.some((image) => image.part !== 'undivided')) {
    throw new SluiceError(
      'layout-unknown',
      `${stray.file.label} lies neither under train nor under test or val, as others do. Move it there, or take it out.`,
    );
  }
  const images = stray ? divide(found) : found;
  const inTraining = images.filter((image) => image.part === 'train').map((image) => image.className);
  const classes = [...new Set(inTraining)].sort();
  const test = labelled(images, 'test', classes);
  const notes = stray
    ? [
        `no train and test folders: ${test.length} of ${images.length} images, a fifth of every class, became the test set`,
      ]
    : [];
  return { classes, train: labelled(images, 'train', classes), test, notes };
}
