import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { mapAtOnce } from './at-once.ts';
import { requireManifest } from './datasets.ts';
import { digest, fingerprintSchema, nameLength, namesShown, type Fingerprint } from './fingerprint-schema.ts';
import { damaged, datasetFolder, type Manifest } from './manifest.ts';
import { samplesIn, type Part } from './stored.ts';
import { syntheticDrawing, syntheticInfo, syntheticName } from './synthetic.ts';

export { fingerprintSchema, type Fingerprint } from './fingerprint-schema.ts';

/** Counted up when the images of the same files come out otherwise than before. */
const decoding = 2;

const filesAtOnce = 32;
const fileName = 'fingerprint.json';
const keptSchema = z.strictObject({ of: digest, fingerprint: fingerprintSchema });

/** The fingerprint of a data set by name. Throws `dataset-missing`, `dataset-unknown` and `dataset-damaged`. */
export async function datasetFingerprint(name: string): Promise<Fingerprint> {
  if (name === syntheticName) return syntheticFingerprint();
  const manifest = requireManifest(name);
  return fingerprintOf(datasetFolder(name), manifest);
}

/**
 * The fingerprint of a data set in a folder. It is kept there, and computed anew when one of the files is another than
 * it was. Throws `dataset-damaged` where one is missing.
 */
export async function fingerprintOf(folder: string, manifest: Manifest): Promise<Fingerprint> {
  const { shape, classes, normalisation, flip } = manifest;
  const about = { shape, classes: classesOf(classes), look: sha256(JSON.stringify([normalisation, flip])) };
  const of = stateOf(folder, manifest, about);
  const known = readKept(folder);
  if (known?.of === of) return known.fingerprint;
  const [train, test] = await Promise.all([partPrint(folder, manifest, 'train'), partPrint(folder, manifest, 'test')]);
  const fingerprint: Fingerprint = { ...about, train, test };
  keep(folder, { of, fingerprint });
  return fingerprint;
}

/** What a data set has other than the one before it, in words such as "60 training images instead of 80". */
export function differences(before: Fingerprint, now: Fingerprint): string[] {
  const found: string[] = [];
  if (now.shape.join() !== before.shape.join()) {
    found.push(`images of ${now.shape.join('×')} instead of ${before.shape.join('×')}`);
  }
  if (now.classes.names !== before.classes.names) {
    found.push(`the classes ${named(now)} instead of ${named(before)}`);
  }
  for (const [name, words] of [['train', 'training images'] as const, ['test', 'test images'] as const]) {
    const [mine, theirs] = [now[name], before[name]];
    if (mine.samples !== theirs.samples) found.push(`${mine.samples} ${words} instead of ${theirs.samples}`);
    else if (mine.images !== theirs.images) found.push(`other ${words}`);
    else if (mine.labels !== theirs.labels) found.push(`other labels of its ${words}`);
  }
  // It follows from the images where it is measured on them.
  if (found.length === 0 && now.look !== before.look) found.push('another normalisation');
  return found;
}

function named({ classes: { count, first } }: Fingerprint): string {
  return count > first.length ? `${first.join(', ')} … (${count})` : first.join(', ');
}

/** Of what is drawn: it has as many images as are asked for. */
function syntheticFingerprint(): Fingerprint {
  const { shape, classes } = syntheticInfo;
  const drawn = sha256(JSON.stringify(syntheticDrawing));
  const each = { samples: 0, labels: drawn, images: drawn };
  return { shape: [...shape], classes: classesOf(classes), look: drawn, train: each, test: each };
}

function classesOf(classes: readonly string[]): Fingerprint['classes'] {
  const first = classes.slice(0, namesShown).map((name) => name.slice(0, nameLength));
  return { count: classes.length, first, names: sha256(JSON.stringify(classes)) };
}

/** The files of a part beside its images where these lie elsewhere, and the images. */
function filesOf(folder: string, { content, name }: Manifest, part: Part): { own: string[]; images: string[] } {
  const labels = join(folder, `${part}.labels`);
  if (content === 'pixels') return { own: [labels], images: [join(folder, `${part}.pixels`)] };
  const list = join(folder, `${part}.files`);
  try {
    const lines = readFileSync(list, 'utf8').split('\n').slice(0, -1);
    return { own: [labels, list], images: lines.map((line) => resolve(folder, line)) };
  } catch (cause) {
    throw damaged(name, `${part}.files cannot be read`, cause);
  }
}

/** Differs when a file was written anew, so that not all of them need be read each time. */
function stateOf(folder: string, manifest: Manifest, about: object): string {
  const hash = createHash('sha256').update(JSON.stringify([decoding, manifest.content, about]));
  for (const part of ['train', 'test'] as const) {
    const { own, images } = filesOf(folder, manifest, part);
    for (const file of [...own, ...images]) {
      const stat = statSync(file, { throwIfNoEntry: false });
      if (!stat) throw damaged(manifest.name, `${file} is gone`);
      hash.update(`${stat.size} ${stat.mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

async function partPrint(folder: string, manifest: Manifest, part: Part): Promise<Fingerprint['train']> {
  const { own, images } = filesOf(folder, manifest, part);
  try {
    return {
      samples: samplesIn(manifest, part),
      labels: await fileDigest(own[0]),
      images: manifest.content === 'pixels' ? await fileDigest(images[0]) : await imagesDigest(images),
    };
  } catch (cause) {
    throw damaged(manifest.name, 'its images cannot be read', cause);
  }
}

/** Of files in their order: where they lie makes no difference. */
async function imagesDigest(files: readonly string[]): Promise<string> {
  const digests: string[] = [];
  await mapAtOnce(files, filesAtOnce, async (file, i) => {
    digests[i] = sha256(await readFile(file));
  });
  return sha256(`${decoding} ${digests.join(' ')}`);
}

async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest('hex');
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function readKept(folder: string): z.output<typeof keptSchema> | null {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(join(folder, fileName), 'utf8')));
  } catch {
    // It is computed anew.
    return null;
  }
}

function keep(folder: string, kept: z.output<typeof keptSchema>): void {
  const file = join(folder, fileName);
  try {
    writeFileSync(`${file}.partial`, JSON.stringify(kept));
    renameSync(`${file}.partial`, file);
  } catch {
    // Where nothing can be written it is computed each time.
  }
}
