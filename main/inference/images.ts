import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { normalisationTable, untouched, writeNormalised } from '../data/augment.ts';
import { requireManifest } from '../data/datasets.ts';
import { inputFacts } from '../data/input.ts';
import { hasPictureName } from '../data/picture-kind.ts';
import { openSamples } from '../data/samples.ts';
import type { Part } from '../data/stored.ts';
import { syntheticName } from '../data/synthetic.ts';
import { codeOf, SluiceError } from '../errors.ts';
import type { ModelSet } from '../sets/manifest.ts';

/** An image to be answered. */
export interface ImageToAnswer {
  /** What it is called in the answers. */
  readonly name: string;
  /** Its class by its place in the set's list; null where that is not known. */
  readonly label: number | null;
  /** Normalised as the set wants it, `[h, w, channels]`. */
  read(): Promise<Float32Array>;
}

type Images = ModelSet['images'];

/**
 * Files, and all pictures in folders and the folders in them, in the order of their names. Those in folders called as the
 * set's classes have a label. Throws `file-missing`, `import-empty`, and `classes-differ` where there are folders of
 * other classes.
 */
export async function imagesAt(
  paths: readonly string[],
  images: Images,
  { resize, labelled }: { readonly resize: boolean; readonly labelled: boolean },
): Promise<ImageToAnswer[]> {
  const found = (await Promise.all(paths.map(filesAt))).flat();
  if (found.length === 0) {
    const message = `There are no pictures in ${paths.join(', ')}: files called .jpg, .png, .webp, .gif, .bmp or .tif are taken.`;
    throw new SluiceError('import-empty', message, { path: 'images' });
  }
  const labels = labelled ? labelsOf(found, images) : found.map(() => null);
  return found.map(({ path, name }, i) => ({ name, label: labels[i], read: () => readImage(path, images, resize) }));
}

interface Found {
  readonly path: string;
  readonly name: string;
  /** The folder below the one that was named; null for a file that lies in it, or was named itself. */
  readonly folder: string | null;
}

async function filesAt(path: string): Promise<Found[]> {
  const about = await stat(path).catch((cause: unknown) => {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new SluiceError('file-missing', `There is nothing at ${path}.`, { path: 'images', cause });
  });
  if (!about.isDirectory()) return [{ path, name: path, folder: null }];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && hasPictureName(entry.name))
    .map((entry) => {
      const name = relative(path, join(entry.parentPath, entry.name));
      const [first, ...rest] = name.split(sep);
      return { path: join(path, name), name, folder: rest.length > 0 ? first : null };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function labelsOf(found: readonly Found[], { classes, dataset }: Images): (number | null)[] {
  const folders = [...new Set(found.flatMap(({ folder }) => (folder === null ? [] : [folder])))];
  const foreign = folders.filter((folder) => !classes.includes(folder));
  if (foreign.length > 0) {
    throw new SluiceError(
      'classes-differ',
      `The images lie in folders called ${listed(foreign)}; the set was trained on "${dataset}" with the classes ` +
        `${listed(classes)}. Name the folders as the classes, or take --no-labels: then nothing is compared.`,
      { path: 'images' },
    );
  }
  return found.map(({ folder }) => (folder === null ? null : classes.indexOf(folder)));
}

/** One file. Throws `image-unreadable`, and `image-size` for another size than the set takes, unless it is to be resized. */
async function readImage(path: string, { shape, mean, std }: Images, resize: boolean): Promise<Float32Array> {
  const [height, width, channels] = shape;
  const { decodeImage, UnreadableImage } = await import('../data/images.ts');
  const decoded = await decodeImage(path, resize && height === width ? height : undefined).catch((cause: unknown) => {
    if (!(cause instanceof UnreadableImage)) throw cause;
    throw new SluiceError('image-unreadable', `${path} cannot be read: ${cause.message}.`, { path, cause });
  });
  if (decoded.height !== height || decoded.width !== width) {
    const wanted = `the set takes ${width} × ${height}`;
    const remedy = height === width ? ' --resize takes the centre square and scales it.' : '';
    const message = `${path} has ${decoded.width} × ${decoded.height} pixels; ${wanted}.${remedy}`;
    throw new SluiceError('image-size', message, { path });
  }
  const pixels = channels === 3 ? decoded.pixels : grey(decoded.pixels, channels, path);
  const image = new Float32Array(height * width * channels);
  writeNormalised(pixels, shape, normalisationTable({ mean, std }), untouched, image);
  return image;
}

/** Luma as Pillow has it (ITU-R 601). */
function grey(pixels: Uint8Array, channels: number, path: string): Uint8Array {
  if (channels !== 1) {
    throw new SluiceError('image-size', `${path} has colours; the set takes images of ${channels} channels.`, { path });
  }
  return Uint8Array.from({ length: pixels.length / 3 }, (_, i) =>
    Math.round((299 * pixels[3 * i] + 587 * pixels[3 * i + 1] + 114 * pixels[3 * i + 2]) / 1000),
  );
}

/**
 * Images of a data set, every class by its share where there is a limit. Throws `dataset-unknown`, and `classes-differ`
 * and `image-size` where it is not like the set's.
 */
export async function imagesOf(
  dataset: string,
  part: Part,
  limit: number | undefined,
  images: Images,
): Promise<ImageToAnswer[]> {
  const facts = inputFacts(dataset) ?? (requireManifest(dataset), inputFacts(dataset))!;
  const both = `"${dataset}" has`;
  if (facts.classes.join('\n') !== images.classes.join('\n')) {
    throw new SluiceError(
      'classes-differ',
      `${both} the classes ${listed(facts.classes)}; the set was trained on "${images.dataset}" with ${listed(images.classes)}.`,
      { path: 'dataset' },
    );
  }
  if (facts.shape.join() !== images.shape.join()) {
    const message = `${both} images of ${facts.shape.join(' × ')}; the set takes ${images.shape.join(' × ')}.`;
    throw new SluiceError('image-size', message, { path: 'dataset' });
  }
  const same = facts.mean.join() === images.mean.join() && facts.std.join() === images.std.join();
  const samples = await openSamples(dataset, part, limit, 0);
  const [height, width, channels] = images.shape;
  return [...samples.ids].map((id, i) => ({
    name: dataset === syntheticName ? `${part} ${id}` : `${basename(dataset)} ${part} ${id}`,
    label: samples.labels[i],
    async read() {
      const image = new Float32Array(height * width * channels);
      await samples.write(i, null, image);
      for (let at = 0; !same && at < image.length; at++) {
        const c = at % channels;
        image[at] = (image[at] * facts.std[c] + facts.mean[c] - images.mean[c]) / images.std[c];
      }
      return image;
    },
  }));
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
