import { closeSync, existsSync, fstatSync, fsync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { SluiceError } from '../../errors.ts';
import { columnsOf, recordNames } from '../../records/columns.ts';
import type { TrainingRecord } from '../../records/record.ts';
import type { Position } from '../../training/snapshot.ts';
import { publishFile } from '../checkpoint/durable.ts';
import { createLedger, placeOf, type Ledger } from './ledger.ts';
import { recordFrom, recordValues } from './record-values.ts';

/**
 * The records of a run beside its checkpoints, `records.jsonl`: what its rows in the database can be made from again.
 * Each line is the CRC-32 of the rest of it, 8 digits, and a JSON object: the run and the names of the columns, whenever
 * the file is opened; a batch of records by kind; or that a source went back to a place, and what it did from there on
 * does not count.
 */
export interface RecordFile {
  /** In the hands of the system when it returns. A batch that cannot be written leaves the file as it was. */
  append(records: readonly TrainingRecord[]): void;
  rewind(source: number, to: Position | null): void;
  /** Takes the last line back, whose records could not be kept elsewhere. */
  undo(): void;
  /** Resolves when all of it is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** What a record file holds, and how many of its lines are not as they were written. */
export interface RecordedFile {
  readonly ledger: Ledger;
  readonly damaged: number;
}

const count = z.int().min(0);
const placeSchema = z.strictObject({ training: count, phase: count, epoch: count, step: count });
const kinds = z.enum(recordNames);
const lineSchema = z.union([
  z.strictObject({ run: z.string(), columns: z.partialRecord(kinds, z.array(z.string())) }),
  z.strictObject({ source: count, rewind: placeSchema.nullable() }),
  z.strictObject({ records: z.partialRecord(kinds, z.array(z.array(z.unknown()))) }),
]);

type Content = z.infer<typeof lineSchema>;
type Names = Extract<Content, { columns: unknown }>['columns'];
type Batch = Extract<Content, { records: unknown }>['records'];

const sumDigits = 8;
const newline = 0x0a;
const batchRecords = 256;

export function recordFilePath(runFolder: string): string {
  return join(runFolder, 'records.jsonl');
}

/** Opens the record file of a run to add to it. What it holds must be whole (readRecordFile). */
export function openRecordFile(runFolder: string, run: string): RecordFile {
  const path = recordFilePath(runFolder);
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
  let length = fstatSync(file).size;
  let before = length;
  const undo = (): void => {
    ftruncateSync(file, before);
    length = before;
  };
  const add = (content: Content): void => {
    before = length;
    const bytes = lineOf(content);
    try {
      for (let done = 0; done < bytes.length; length = before + done) {
        done += writeSync(file, bytes, done, bytes.length - done, before + done);
      }
    } catch (error) {
      undo();
      throw error;
    }
  };
  try {
    add({ run, columns: columnNames() });
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    append: (records) => add({ records: byKind(records) }),
    rewind: (source, to) => add({ source, rewind: to && placeOf(to) }),
    undo,
    sync: () => promisify(fsync)(file),
    close: () => closeSync(file),
  };
}

/** Reads what the record file of a run holds; a missing one holds nothing. Lines that are not whole are left out. */
export function readRecordFile(runFolder: string, run: string): RecordedFile {
  const path = recordFilePath(runFolder);
  const ledger = createLedger();
  let names: Names = {};
  let damaged = 0;
  for (const bytes of existsSync(path) ? linesOf(readFileSync(path)) : []) {
    const content = contentOf(bytes);
    if (!content) damaged++;
    else if ('columns' in content) {
      if (content.run !== run) throw otherRun(path);
      names = content.columns;
    } else if ('rewind' in content) ledger.rewind(content.source, content.rewind);
    else recordsIn(content.records, names).forEach(ledger.put);
  }
  return { ledger, damaged };
}

/** Puts a new record file in place of what is there, whole or not at all. */
export async function rewriteRecordFile(
  runFolder: string,
  run: string,
  records: readonly TrainingRecord[],
): Promise<void> {
  await publishFile(recordFilePath(runFolder), recordLines(run, records));
}

/** A record file's lines with these records, and no others. */
export function recordLines(run: string, records: readonly TrainingRecord[]): Buffer[] {
  const lines = [lineOf({ run, columns: columnNames() })];
  for (let i = 0; i < records.length; i += batchRecords) {
    lines.push(lineOf({ records: byKind(records.slice(i, i + batchRecords)) }));
  }
  return lines;
}

function otherRun(path: string): SluiceError {
  const message = `${path} holds the records of another run. Put the folder back as it was, or move this file away.`;
  return new SluiceError('run-other', message);
}

function columnNames(): Names {
  return Object.fromEntries(recordNames.map((kind) => [kind, columnsOf(kind).map(({ name }) => name)]));
}

function byKind(added: readonly TrainingRecord[]): Batch {
  return Object.fromEntries(
    recordNames.flatMap((kind) => {
      const rows = added.filter((record) => record.kind === kind);
      return rows.length > 0 ? [[kind, rows.map(recordValues)]] : [];
    }),
  );
}

function recordsIn(batch: Batch, names: Names): TrainingRecord[] {
  return recordNames.flatMap((kind) =>
    (batch[kind] ?? []).map((values) => recordFrom(kind, values, names[kind] ?? [])),
  );
}

function lineOf(content: Content): Buffer {
  const json = JSON.stringify(content);
  return Buffer.from(`${sumOf(Buffer.from(json))} ${json}\n`);
}

/** Each with its newline, but for one that was cut off. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(newline, at) + 1 || bytes.length;
    lines.push(bytes.subarray(at, end));
    at = end;
  }
  return lines;
}

/** What a line says, or null when it is not as it was written. */
function contentOf(line: Buffer): Content | null {
  const json = line.subarray(sumDigits + 1, -1);
  const whole = line.at(-1) === newline && line.toString('latin1', 0, sumDigits + 1) === `${sumOf(json)} `;
  return whole ? (lineSchema.safeParse(JSON.parse(json.toString())).data ?? null) : null;
}

function sumOf(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(sumDigits, '0');
}
