import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hasFields } from '../../fields.ts';
import { version } from '../../version.ts';
import type { Owner } from '../checkpoint/manifest.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { firstProject, originSchema, type Run } from './run.ts';
import { openJson, sealJson } from './sealed-json.ts';

const text = z.string();

const runFileSchema = z.strictObject({
  format: z.literal(1),
  uid: text,
  id: text,
  name: text,
  seed: z.int(),
  group: text,
  createdAt: text,
  /** Of the Sluice that made the run. */
  version: text,
  fingerprint: text.nullable(),
  threads: z.int().nullable(),
  engine: text.nullable(),
  /** Missing where a version before wrote it. */
  serverEngine: text.nullable().default(null),
  /** Data sources that it goes on without; those of earlier versions do not say. */
  dropped: z.array(z.int().min(0)).default([]),
  /** Those of earlier versions say neither. */
  project: text.default(firstProject),
  archived: z.boolean().default(false),
  /** Where it was brought in from; null, or missing, of a run that was trained where its folder is. */
  origin: originSchema.nullable().default(null),
  notes: text,
  tags: z.array(text),
  experiment: z.custom<Experiment>(hasFields),
});

/** What a run's folder says of it, in `run.json`: all that its row in the database can be made from again. */
export type RunFile = z.infer<typeof runFileSchema>;

type Annotations = Pick<RunFile, 'notes' | 'tags'>;

/** A run that has a uid: all but those that an earlier version made and nobody has gone on with. */
export type IdentifiedRun = Run & { readonly uid: string };

export function runFilePath(runFolder: string): string {
  return join(runFolder, 'run.json');
}

export function runFileOf(run: IdentifiedRun, { notes, tags }: Annotations): RunFile {
  const { uid, id, name, seed, group, project, archived, fingerprint, threads, engine, serverEngine, origin } = run;
  const made = { uid, id, name, seed, group, createdAt: run.createdAt.toISOString(), version: version() };
  const place = { project, archived, origin };
  const facts = { ...made, ...place, fingerprint, threads, engine, serverEngine, dropped: [...run.dropped] };
  return { format: 1, ...facts, notes, tags, experiment: run.experiment };
}

/** Writes it into a folder that has none. Until something is recorded there a power cut may take it along. */
export function writeRunFile(runFolder: string, file: RunFile): void {
  writeFileSync(runFilePath(runFolder), sealJson(file));
}

/** What a folder says of its run; null where it says nothing. Throws an Error where that is not as it was written. */
export function readRunFile(runFolder: string): RunFile | null {
  const path = runFilePath(runFolder);
  return existsSync(path) ? runFileSchema.parse(openJson(readFileSync(path, 'utf8'))) : null;
}

/** All folders under `root` that are or were of runs. */
export function foldersOfRuns(root: string): string[] {
  const names = existsSync(root) ? readdirSync(root).sort() : [];
  const paths = names.map((name) => join(root, name));
  return paths.filter((path) => existsSync(runFilePath(path)) || existsSync(join(path, 'experiment.json')));
}

/** Whether a folder is that of a run: it says so, or it says nothing that can be read. */
export function belongsTo(runFolder: string, { uid }: Run): boolean {
  try {
    const file = readRunFile(runFolder);
    return file === null || uid === null || file.uid === uid;
  } catch {
    return true;
  }
}

/** Brings what a folder says of its run up to date; where it says nothing, it is left so. */
export function renewRunFile(runFolder: string, run: Run, annotations: Annotations): void {
  if (run.uid === null || !existsSync(runFilePath(runFolder)) || !belongsTo(runFolder, run)) return;
  const path = runFilePath(runFolder);
  writeFileSync(`${path}.partial`, sealJson(runFileOf({ ...run, uid: run.uid }, annotations)), { flush: true });
  renameSync(`${path}.partial`, path);
}

/** Whose the checkpoints of a run are. */
export function ownerOf(run: Pick<IdentifiedRun, 'uid' | 'experiment' | 'seed'>): Owner {
  return { uid: run.uid, settings: settingsDigest(run) };
}

/** Fields that change nothing of the weights a run ends with. */
const labels: readonly string[] = ['$schema', 'name', 'notes', 'seeds'] satisfies (keyof Experiment)[];

function settingsDigest({ experiment, seed }: Pick<Run, 'experiment' | 'seed'>): string {
  const settings = Object.fromEntries(Object.entries(experiment).filter(([name]) => !labels.includes(name)));
  const text = JSON.stringify(sorted({ ...settings, seed }));
  return createHash('sha256').update(text).digest('hex');
}

/** With its fields in the order of the alphabet, all the way down. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!hasFields(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name])]));
}
