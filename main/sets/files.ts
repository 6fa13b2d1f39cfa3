import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { codeOf, messageOf, SluiceError } from '../errors.ts';
import { hasFields } from '../fields.ts';
import { openJson } from '../runs/store/sealed-json.ts';
import { version } from '../version.ts';
import { manifestSchema, manifestVersion, type ModelSet, type SetPair } from './manifest.ts';

/** The files of a set: how they are read, and what is wrong with them. */

export const manifestFile = 'set.json';
const mostManifestBytes = 1 << 26;

/** A set whose manifest was read. */
export interface ReadSet {
  readonly folder: string;
  /** The folder as errors name it: where an import has it from. */
  readonly shown: string;
  /** What it is called here, which is what its folder is called; the manifest says the same. */
  readonly name: string;
  /** What it was called when it was made. */
  readonly madeAs: string;
  /** SHA-256 of its manifest and so, as that has the sums of all files, of the whole set: what client and server compare. */
  readonly digest: string;
  readonly manifest: ModelSet;
}

export type WeightsEntry = SetPair['client']['weights'];

/** SHA-256 of the bytes of a manifest. */
export function setDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 of a file; `onBytes` hears of every piece that was read. */
export async function fileSum(path: string, onBytes?: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece as Uint8Array);
    onBytes?.((piece as Uint8Array).length);
  }
  return hash.digest('hex');
}

/** Reads the manifest of a folder. Throws `set-unknown` where it has none, `set-newer` and `set-damaged`. */
export async function readSet(folder: string, shown = folder): Promise<ReadSet> {
  const path = join(shown, manifestFile);
  let bytes: Uint8Array;
  try {
    const { size } = await stat(join(folder, manifestFile));
    if (size > mostManifestBytes)
      throw damaged(path, `it has ${size} bytes, and no manifest has more than ${mostManifestBytes}`);
    bytes = await readFile(join(folder, manifestFile));
  } catch (cause) {
    if (!['ENOENT', 'ENOTDIR'].includes(codeOf(cause) ?? '')) throw cause;
    throw new SluiceError('set-unknown', `${shown} is no model set: it has no ${manifestFile}.`, { cause });
  }
  const manifest = parse(path, new TextDecoder().decode(bytes));
  const name = basename(folder);
  return { folder, shown, name, madeAs: manifest.name, digest: setDigest(bytes), manifest: { ...manifest, name } };
}

function parse(path: string, text: string): ModelSet {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, `it is not JSON (${messageOf(cause)})`, cause);
  }
  const read = hasFields(value) && value['format'] === 'sluice-model-set' ? value['version'] : undefined;
  if (typeof read === 'number' && read > manifestVersion) {
    const message =
      `${path} is a model set of version ${read}; this Sluice ${version()} reads version ${manifestVersion}. Install a newer ` +
      'Sluice, or have the set made with this one.';
    throw new SluiceError('set-newer', message, { path: 'version' });
  }
  try {
    return manifestSchema.parse(openJson(text));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    throw damaged(path, issue ? `${issue.path.join('.') || 'its top'}: ${issue.message}` : messageOf(cause), cause);
  }
}

/** Every file of weights that a set has. */
export function weightsOf({ pairs }: ModelSet): WeightsEntry[] {
  return pairs.flatMap(({ client, server }) => [client.weights, server.weights]);
}

export function totalBytesOf(manifest: ModelSet): number {
  return weightsOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Throws `set-damaged` where a file of weights is missing or has another size than the manifest says. */
export async function requireSizes({ folder, shown, manifest }: ReadSet): Promise<void> {
  for (const { file, bytes } of weightsOf(manifest)) {
    const path = join(shown, file);
    const { size } = await stat(join(folder, file)).catch((cause: unknown) => {
      throw codeOf(cause) === 'ENOENT' ? damaged(path, 'it is missing', cause) : cause;
    });
    if (size !== bytes) throw damaged(path, `it has ${size} bytes, expected ${bytes}`);
  }
}

/** A file of a set is not as it was written. */
export function damaged(path: string, what: string, cause?: unknown): SluiceError {
  const message =
    `The model set is damaged at ${path}: ${what}. Make it of its run again ("sluice models add"), or import it again ` +
    'from where it came.';
  return new SluiceError('set-damaged', message, { path, cause });
}
