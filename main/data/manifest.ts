import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import type { DatasetInfo } from './source.ts';

/**
 * An imported data set is a folder: `manifest.json`, `train.labels` and `test.labels` (uint16, little-endian), and
 * either `train.pixels` and `test.pixels` (bytes, NHWC) or `train.files` and `test.files` (one path a line, relative
 * to the folder or absolute), in the same order.
 */

export const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string(),
  format: z.string(),
  content: z.enum(['pixels', 'files']),
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  classes: z.array(z.string()).min(1).max(65_536),
  normalisation: z.strictObject({ mean: z.array(z.number()), std: z.array(z.number().positive()) }),
  flip: z.boolean(),
  trainSamples: z.int().min(1),
  testSamples: z.int().min(1),
  importedFrom: z.array(z.string()),
  importedAt: z.iso.datetime(),
  /** Files that could not be read as images and were left out because that was asked for. */
  leftOut: z.array(z.strictObject({ file: z.string(), reason: z.string() })).optional(),
});

export type Manifest = z.output<typeof manifestSchema>;

/** The folder of all imported data sets. */
export function dataFolder(): string {
  return join(sluiceHome(), 'data');
}

const validName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Names of the data sets that were imported, damaged ones among them. */
export function importedNames(): string[] {
  if (!existsSync(dataFolder())) return [];
  return readdirSync(dataFolder(), { withFileTypes: true })
    .filter((entry) => !entry.isFile() && validName.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** The folder of one imported data set; refuses names that would lead elsewhere. */
export function datasetFolder(name: string): string {
  if (validName.test(name)) return join(dataFolder(), name);
  throw new SluiceError(
    'name-invalid',
    `"${name}" cannot name a data set: use up to 64 lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit.`,
    { path: 'name' },
  );
}

/** What is wrong with an imported data set, and the way out. */
export function damaged(name: string, what: string, cause?: unknown): SluiceError {
  return new SluiceError(
    'dataset-damaged',
    `Data set "${name}" is damaged: ${what}. Remove it with "sluice data remove ${name}" and get or import it again.`,
    { cause },
  );
}

/** `undefined` when no data set of that name was imported. Throws `dataset-damaged`. */
export function readManifest(name: string): Manifest | undefined {
  if (!validName.test(name)) return undefined;
  const file = join(datasetFolder(name), 'manifest.json');
  if (!existsSync(datasetFolder(name))) return undefined;
  try {
    // A folder that was renamed is a data set of its new name.
    return { ...manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), name };
  } catch (cause) {
    throw damaged(name, `${file} is not a manifest of this version (${reasonOf(cause)})`, cause);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof z.ZodError
    ? `${cause.issues[0].path.join('.')}: ${cause.issues[0].message}`
    : messageOf(cause);
}

export function infoOf({ name, shape, classes, trainSamples, testSamples }: Manifest): DatasetInfo {
  return { name, shape, classes, trainSamples, testSamples };
}
