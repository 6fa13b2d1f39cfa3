import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, SluiceError } from '../../errors.ts';
import type { TrainingRecord } from '../../records/record.ts';
import { loadCheckpoint } from '../checkpoint/checkpoint.ts';
import { requireWholePair } from '../checkpoint/pair.ts';
import { mostNotes, nameSchema, nameWords } from '../experiment/experiment.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { checkpointRoots } from '../life/checkpoint-roots.ts';
import { isExecuted } from '../life/lock.ts';
import { readRecordFile } from '../store/record-file.ts';
import { anyRecordSchema } from '../store/record-schema.ts';
import { ownerOf, readRunFile, type RunFile } from '../store/run-file.ts';

/** A run in a folder that somebody else has written. */
export interface ForeignRun {
  readonly folder: string;
  readonly file: RunFile;
  readonly records: readonly TrainingRecord[];
}

const text = z.string().max(300);

/** What run.json says that is shown or followed here; its experiment is looked at as one. */
const facts = z.object({
  uid: z.string().min(8).max(100),
  id: text.regex(/^[\w.-]+$/, 'an id'),
  name: nameSchema,
  seed: z.int().min(0).max(0xffffffff),
  group: text,
  createdAt: z.iso.datetime(),
  notes: z.string().max(mostNotes),
  tags: z.array(z.string().min(1).max(50)).max(50),
});

/**
 * Reads a run that is to be brought in and compares all its files with their sums: settings, records, pairs and
 * checkpoints. Throws `run-damaged`, `run-busy` and `run-empty`, which say what is wrong and where.
 */
export async function readForeignRun(folder: string): Promise<ForeignRun> {
  const file = checkedFile(folder);
  if (isExecuted(folder)) {
    throw new SluiceError('run-busy', `The run of ${folder} is being executed. Import it when it has ended.`);
  }
  const records = checkedRecords(folder, file.uid);
  await checkWeights(folder, file);
  return { folder, file, records };
}

function checkedFile(folder: string): RunFile {
  const at = join(folder, 'run.json');
  let file: RunFile | null;
  try {
    file = readRunFile(folder);
  } catch (cause) {
    throw damaged(`${at} is not as it was written: ${messageOf(cause)}`, cause);
  }
  if (!file) throw damaged(`${at} is missing`);
  const parsed = facts.safeParse(file, { reportInput: true });
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    const wanted = path[0] === 'name' ? nameWords : message;
    throw damaged(`${at}: ${path.join('.')} is not what it has to be (${wanted})`);
  }
  try {
    parseExperiment(file.experiment);
  } catch (cause) {
    throw damaged(`${at} has settings that this version does not know (${messageOf(cause)})`, cause);
  }
  return file;
}

function checkedRecords(folder: string, uid: string): TrainingRecord[] {
  const at = join(folder, 'records.jsonl');
  const { ledger, damaged: lines } = readRecordFile(folder, uid);
  if (lines > 0) throw damaged(`${lines === 1 ? 'a line' : `${lines} lines`} of ${at} are not as they were written`);
  const records = [...ledger.all()];
  if (records.length === 0) {
    throw new SluiceError('run-empty', `${at} holds no records: the run has trained nothing that could be compared.`);
  }
  for (const record of records) {
    const parsed = anyRecordSchema.safeParse(record);
    if (parsed.success) continue;
    const [{ path, message }] = parsed.error.issues;
    throw damaged(`${at} has a record whose ${path.join('.')} is not what it has to be (${message})`);
  }
  return records;
}

async function checkWeights(folder: string, file: RunFile): Promise<void> {
  const pairs = join(folder, 'pairs');
  for (const name of existsSync(pairs) ? readdirSync(pairs) : []) await requireWholePair(join(pairs, name), file.uid);
  for (const { root } of checkpointRoots(folder)) await loadCheckpoint(root, { owner: ownerOf(file) });
}

function damaged(what: string, cause?: unknown): SluiceError {
  const advice = 'Export the run again where it was trained.';
  return new SluiceError('run-damaged', `${what}. ${advice}`, { cause });
}
