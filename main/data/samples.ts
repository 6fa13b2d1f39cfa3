import { SluiceError } from '../errors.ts';
import { centreRegion, normalisationTable, randomRegion, untouched, writeNormalised } from './augment.ts';
import { requireManifest } from './datasets.ts';
import type { Region, Size } from './images.ts';
import { damaged } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { holdOut } from './held-out.ts';
import { fromPixels, type Samples } from './pixels.ts';
import { shardOf, type Shard } from './shard.ts';
import type { Portion } from './source.ts';
import { readFileList, readLabels, readPixels, samplesIn } from './stored.ts';
import type { Part } from './stored.ts';
import { stratifiedSubset } from './subset.ts';
import { drawSynthetic, syntheticInfo, syntheticName, syntheticNormalisation } from './synthetic.ts';

const mostSynthetic = 500_000;

/** Images in files: decoded, cut and scaled every time. */
async function fromFiles(
  files: readonly string[],
  { name, shape, normalisation, flip }: Manifest,
): Promise<Samples['write']> {
  // Only these need the image library, whose loading costs more than a small data set's.
  const { decodeRegion, UnreadableImage } = await import('./images.ts');
  const table = normalisationTable(normalisation);
  return async (index, draw, out) => {
    const mirrored = draw !== null && draw.uniform() < 0.5 && flip;
    const choose = (image: Size): Region => (draw ? randomRegion(image, draw) : centreRegion(image));
    const { pixels } = await decodeRegion(files[index], choose, shape[0]).catch((error: unknown) => {
      if (!(error instanceof UnreadableImage)) throw error;
      throw damaged(
        name,
        `${files[index]} was readable when it was imported and is not any more: ${error.message}`,
        error,
      );
    });
    writeNormalised(pixels, shape, table, { ...untouched, mirrored }, out);
  };
}

function tooMany(name: string, part: Part, asked: number, available: number): SluiceError {
  const path = `dataset.${part}Samples`;
  return new SluiceError(
    'samples-exceeded',
    `${path} is ${asked}, but "${name}" has ${available} ${part === 'train' ? 'training' : 'test'} images. Ask for at most ${available}.`,
    { path },
  );
}

/** How the training images are divided: a share is held out of all of them, of the rest a source of several has its shard. */
export interface Dividing {
  readonly validation?: number | undefined;
  readonly shard?: Shard | undefined;
}

/** Which of the chosen images of a part are of a portion, ascending. */
function positionsOf(
  portion: Portion,
  labels: Uint16Array,
  classes: number,
  seed: number,
  { validation, shard }: Dividing,
): Uint32Array {
  const all = Uint32Array.from(labels.keys());
  if (portion === 'test') return all;
  const division =
    validation === undefined ? { validation: all, train: all } : holdOut(labels, classes, validation, seed);
  if (portion === 'validation') return division.validation;
  const { train } = division;
  if (!shard) return train;
  const own = shardOf(
    Uint16Array.from(train, (i) => labels[i]),
    shard,
  );
  return own.map((i) => train[i]);
}

/** Those of samples in memory at some positions. */
function samplesAt({ ids, labels, write }: Samples, own: Uint32Array): Samples {
  return {
    ids: own.map((i) => ids[i]),
    labels: Uint16Array.from(own, (i) => labels[i]),
    write: (i, ...rest) => write(own[i], ...rest),
  };
}

function partOf(portion: Portion): Part {
  return portion === 'test' ? 'test' : 'train';
}

function syntheticSamples(part: Part, asked: number | undefined): Samples {
  const info = syntheticInfo;
  const count = asked ?? (part === 'train' ? info.trainSamples : info.testSamples);
  if (count > mostSynthetic) throw tooMany(syntheticName, part, count, mostSynthetic);
  const bytes = info.shape[0] * info.shape[1] * info.shape[2];
  const pixels = new Uint8Array(count * bytes);
  const labels = Uint16Array.from({ length: count }, (_, i) =>
    drawSynthetic(part, i, pixels.subarray(i * bytes, (i + 1) * bytes)),
  );
  const look = { shape: info.shape, normalisation: syntheticNormalisation, flip: true };
  return { ids: Uint32Array.from(labels.keys()), labels, write: fromPixels(pixels, look) };
}

async function storedSamples(
  manifest: Manifest,
  portion: Portion,
  asked: number | undefined,
  seed: number,
  dividing: Dividing,
): Promise<Samples> {
  const part = partOf(portion);
  const available = samplesIn(manifest, part);
  const count = asked ?? available;
  if (count > available) throw tooMany(manifest.name, part, count, available);
  const all = await readLabels(manifest, part);
  const classes = manifest.classes.length;
  const chosen = stratifiedSubset(all, classes, count, seed, part);
  const ids = positionsOf(
    portion,
    Uint16Array.from(chosen, (id) => all[id]),
    classes,
    seed,
    dividing,
  ).map((i) => chosen[i]);
  const labels = Uint16Array.from(ids, (id) => all[id]);
  if (manifest.content === 'pixels') {
    return { ids, labels, write: fromPixels(await readPixels(manifest, part, ids), manifest) };
  }
  const files = await readFileList(manifest, part);
  return {
    ids,
    labels,
    write: await fromFiles(
      [...ids].map((id) => files[id]),
      manifest,
    ),
  };
}

export type { Samples } from './pixels.ts';

/**
 * Draws `asked` samples by seed, every class by its share; all of them when `asked` is absent. Training images are then
 * divided: into those held out and the others, of which a source of several gets its shard.
 */
export async function openSamples(
  name: string,
  portion: Portion,
  asked: number | undefined,
  seed: number,
  dividing: Dividing = {},
): Promise<Samples> {
  if (name !== syntheticName) return storedSamples(requireManifest(name), portion, asked, seed, dividing);
  const samples = syntheticSamples(partOf(portion), asked);
  const own = positionsOf(portion, samples.labels, syntheticInfo.classes.length, seed, dividing);
  return own.length === samples.ids.length ? samples : samplesAt(samples, own);
}
