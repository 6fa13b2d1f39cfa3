import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What times were taken of and on: they are taken again where any of it is another. */
export interface TimedMachine {
  readonly sluice: string;
  readonly node: string;
  readonly engine: string;
  readonly device: string;
  /** Library and threads. */
  readonly detail: string;
}

const seconds = z.number().min(0);
const table = z.record(z.string(), z.tuple([seconds, seconds, seconds]));

const half = z.strictObject({ train: z.number().positive(), infer: z.number().positive() });
const onWire = z.strictObject({ message: seconds, value: seconds });

const timesSchema = z.strictObject({
  version: z.literal(2),
  machine: z.strictObject({
    sluice: z.string(),
    node: z.string(),
    engine: z.string(),
    device: z.string(),
    detail: z.string(),
  }),
  /** Cores that the threads of the engine keep busy. */
  busyCores: z.number().positive(),
  /** By what they were taken with: `<samples of a batch> <with or without momentum>`. */
  tables: z.record(z.string(), table),
  /** By the same and the network: what a run takes beyond pieces. */
  beyond: z.record(z.string(), z.strictObject({ client: half, server: half, wire: onWire })),
  wire: z.record(z.string(), onWire),
});

export type KnownTimes = z.output<typeof timesSchema>;

/** What is known of a machine; nothing where its file is missing or cannot be read, as it can be measured again. */
export function readTimes(home: string, machine: TimedMachine): KnownTimes {
  try {
    const parsed = timesSchema.safeParse(JSON.parse(readFileSync(fileOf(home, machine), 'utf8')));
    if (parsed.success) return parsed.data;
  } catch {
    // The same as one that is missing.
  }
  return { version: 2, machine, busyCores: 1, tables: {}, beyond: {}, wire: {} };
}

/** Keeps them: whoever reads meanwhile sees the file before or after. */
export function writeTimes(home: string, times: KnownTimes): void {
  const file = fileOf(home, times.machine);
  mkdirSync(join(home, 'planning'), { recursive: true });
  writeFileSync(`${file}.partial`, JSON.stringify(times));
  renameSync(`${file}.partial`, file);
}

function fileOf(home: string, { sluice, node, engine, device, detail }: TimedMachine): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([sluice, node, engine, device, detail]))
    .digest('hex');
  return join(home, 'planning', `${engine}-${digest.slice(0, 16)}.json`);
}
