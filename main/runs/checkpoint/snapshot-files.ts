import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  totalsOf,
  type CodecStates,
  type HalfState,
  type ServerState,
  type Snapshot,
  type StateDict,
} from '../../training/snapshot.ts';
import { writeFlushed } from './durable.ts';
import { readSafetensors, writeSafetensors } from './weights-file.ts';

export type Side = 'client' | 'server';

export const weightsFiles = { client: 'client.safetensors', server: 'server.safetensors' } as const;
const momentumFiles = { client: 'client.momentum.safetensors', server: 'server.momentum.safetensors' } as const;
/** What the codecs of both ends remember, in checkpoints that have something of it: tensors `client.…` and `server.…`. */
const codecsFile = 'codecs.safetensors';
const positionFile = 'position.json';

const count = z.int().min(0);
// JSON has no NaN nor infinities, and a diverged loss is one of them.
const sum = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

const atCheckpoint = z.strictObject({
  format: z.literal(1),
  position: z.strictObject({
    training: count,
    phase: count,
    epoch: count,
    batch: count,
    step: count,
    firstEpoch: count.optional(),
  }),
  server: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('state') }),
      z.strictObject({ kind: z.literal('kept'), name: z.string(), sha256: z.string() }),
      z.strictObject({ kind: z.literal('shared') }),
    ])
    .default({ kind: 'state' }),
  codecs: z.literal(true).optional(),
  // Checkpoints of before sockets were counted have none of it.
  totals: z.strictObject({ ...totalsOf(() => sum), wireUp: sum.default(0), wireDown: sum.default(0) }),
});

/** The SHA-256 of files by their names: of those that are written, and of those that are read. */
export type Sums = Map<string, string>;

/** Writes where a source stands into a folder, each file flushed. Returns their sums. */
export async function writeSnapshot(folder: string, snapshot: Snapshot): Promise<Sums> {
  const { position, totals, client, server, codecs } = snapshot;
  const sums: Sums = new Map();
  const write = async (name: string, tensors: StateDict): Promise<void> => {
    sums.set(name, await writeSafetensors(join(folder, name), tensors));
  };
  for (const [side, half] of halvesOf(client, server)) {
    await write(weightsFiles[side], half.weights);
    await write(momentumFiles[side], half.momentum);
  }
  if (codecs) await write(codecsFile, joined(codecs));
  const kept = server.kind === 'state' ? { kind: 'state' } : server;
  const atCheckpoint = { format: 1, position, server: kept, codecs: codecs && true, totals };
  const text = JSON.stringify(atCheckpoint, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  await writeFlushed(join(folder, positionFile), text);
  return sums.set(positionFile, sumOf(text));
}

/** Reads it again, with the sums of the files as they are now. Throws what is wrong with them. */
export async function readSnapshot(folder: string): Promise<{ snapshot: Snapshot; sums: Sums }> {
  const sums: Sums = new Map();
  const read = async (name: string): Promise<StateDict> => {
    const { tensors, sha256 } = await readSafetensors(join(folder, name));
    sums.set(name, sha256);
    return tensors;
  };
  const half = async (side: Side): Promise<HalfState> => ({
    weights: await read(weightsFiles[side]),
    momentum: await read(momentumFiles[side]),
  });
  const text = await readFile(join(folder, positionFile), 'utf8');
  sums.set(positionFile, sumOf(text));
  const { position, totals, server, codecs } = atCheckpoint.parse(JSON.parse(text));
  const kept: ServerState = server.kind === 'state' ? { kind: 'state', state: await half('server') } : server;
  const snapshot: Snapshot = { position, totals, client: await half('client'), server: kept };
  if (!codecs) return { snapshot, sums };
  const remembered = await read(codecsFile);
  const both = { client: part(remembered, 'client'), server: part(remembered, 'server') };
  return { snapshot: { ...snapshot, codecs: both }, sums };
}

function halvesOf(client: HalfState, server: ServerState): [Side, HalfState][] {
  return [['client', client], ...(server.kind === 'state' ? [['server', server.state] as [Side, HalfState]] : [])];
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function joined(codecs: CodecStates): StateDict {
  return Object.fromEntries(
    (['client', 'server'] as const).flatMap((side) =>
      Object.entries(codecs[side]).map(([name, tensor]) => [`${side}.${name}`, tensor]),
    ),
  );
}

function part(tensors: StateDict, side: Side): StateDict {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${side}.`));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(side.length + 1), tensor]));
}
