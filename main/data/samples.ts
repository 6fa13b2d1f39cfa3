import { SluiceError } from '../errors.ts';
import { centreRegion, normalisationTable, randomRegion, untouched, writeNormalised } from './augment.ts';
import { requireManifest } from './datasets.ts';
import type { Region, Size } from './images.ts';
import { damaged } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { fromPixels, type Samples } from './pixels.ts';
import { shardOf, type Shard } from './shard.ts';
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

/** Of samples in memory, those of a shard. */
function withinShard({ ids, labels, write }: Samples, shard: Shard): Samples {
  const own = shardOf(labels, shard);
  return {
    ids: own.map((i) => ids[i]),
    labels: Uint16Array.from(own, (i) => labels[i]),
    write: (i, ...rest) => write(own[i], ...rest),
  };
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
  part: Part,
  asked: number | undefined,
  seed: number,
  shard: Shard | undefined,
): Promise<Samples> {
  const available = samplesIn(manifest, part);
  const count = asked ?? available;
  if (count > available) throw tooMany(manifest.name, part, count, available);
  const all = await readLabels(manifest, part);
  const chosen = stratifiedSubset(all, manifest.classes.length, count, seed, part);
  const ids = shard
    ? shardOf(
        Uint16Array.from(chosen, (id) => all[id]),
        shard,
      ).map((i) => chosen[i])
    : chosen;
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
 * Draws `asked` samples of a part by seed, every class by its share; all of them when `asked` is absent. Of these a
 * source of several gets its shard.
 */
export async function openSamples(
  name: string,
  part: Part,
  asked: number | undefined,
  seed: number,
  shard?: Shard,
): Promise<Samples> {
  if (name !== syntheticName) return storedSamples(requireManifest(name), part, asked, seed, shard);
  const samples = syntheticSamples(part, asked);
  return shard ? withinShard(samples, shard) : samples;
}
