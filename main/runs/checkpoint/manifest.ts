import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { recordSumSchema } from '../store/record-sum.ts';
import { openJson, sealJson } from '../store/sealed-json.ts';
import { writeFlushed } from './durable.ts';

const count = z.int().min(0);

const markSchema = z.strictObject({
  /** Where the source stands. */
  place: z.strictObject({ training: count, phase: count, epoch: count, step: count }),
  /** Of its records before that. */
  sum: recordSumSchema,
});

const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** The run's uid and the digest of its settings. */
  run: z.string(),
  settings: z.string(),
  /** Of each source that stands in the checkpoint. */
  records: z.record(z.string(), markSchema),
  /** SHA-256 of every other file, by its path within the checkpoint. */
  files: z.record(z.string(), z.string()),
});

/** What a checkpoint belongs to, the records it was made after, and what its files are: written into it last. */
export type Manifest = z.infer<typeof manifestSchema>;
export type RecordMark = z.infer<typeof markSchema>;

/** Whose a checkpoint is: the run's uid, and a digest of its settings. */
export interface Owner {
  readonly uid: string;
  readonly settings: string;
}

/** What a new checkpoint is bound to: its run, and what was recorded of each source until then. */
export interface Binding extends Owner {
  readonly records: ReadonlyMap<number, RecordMark>;
}

export const manifestName = 'manifest.json';

export async function writeManifest(
  folder: string,
  { uid, settings, records }: Binding,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const manifest: Manifest = {
    format: 1,
    run: uid,
    settings,
    records: Object.fromEntries(records),
    files: Object.fromEntries(files),
  };
  await writeFlushed(join(folder, manifestName), sealJson(manifest));
}

/** The manifest of a checkpoint. Throws where there is none, as in checkpoints of earlier versions, or it is not whole. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8');
  try {
    return manifestSchema.parse(openJson(text));
  } catch (cause) {
    throw new Error(`${manifestName}: ${messageOf(cause)}`, { cause });
  }
}
