import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inputFacts } from '../../data/input.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { PairRecord } from '../../records/record.ts';
import type { CodecStates, HalfState, ServerState, Snapshot, StateDict } from '../../training/snapshot.ts';
import { publishFolder } from './durable.ts';
import { inputMetadata } from './input-metadata.ts';
import type { Run } from '../store/run.ts';
import { readSafetensors, writeSafetensors } from './weights-file.ts';

/**
 * Where the data sources of a run stand, all at the same moment: nothing was under way between them and the server.
 * It lacks those that never came to a checkpoint.
 */
export type RunCheckpoint = ReadonlyMap<number, Snapshot>;

/**
 * A run's checkpoints are numbered folders, `checkpoint/000001` and so on. The highest complete one counts, and the
 * ones before it are removed once it is on disk, so a kill at any instant leaves a whole checkpoint. Sources but the
 * first have a folder in it, `source-1` and so on.
 */
const files = {
  client: { weights: 'client.safetensors', momentum: 'client.momentum.safetensors' },
  server: { weights: 'server.safetensors', momentum: 'server.momentum.safetensors' },
} as const;
/** What the codecs of both ends remember, in checkpoints that have something of it: tensors `client.…` and `server.…`. */
const codecsFile = 'codecs.safetensors';

type Side = keyof typeof files;

const count = z.int().min(0);
// JSON has no NaN nor infinities, and a diverged loss is one of them.
const sum = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

const atCheckpoint = z.strictObject({
  format: z.literal(1),
  position: z.strictObject({ training: count, phase: count, epoch: count, batch: count, step: count }),
  server: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('state') }),
      z.strictObject({ kind: z.literal('kept'), name: z.string(), sha256: z.string() }),
      z.strictObject({ kind: z.literal('shared') }),
    ])
    .default({ kind: 'state' }),
  codecs: z.literal(true).optional(),
  totals: z.strictObject({
    bytesUp: sum,
    bytesDown: sum,
    wireUp: sum.default(0),
    wireDown: sum.default(0),
    seconds: sum,
    epochLoss: sum,
    epochCorrect: sum,
    epochSamples: sum,
    epochSeconds: sum,
  }),
});

/** Saves where a training stands into its run's folder, in place of the checkpoint before it. */
export async function saveCheckpoint(runFolder: string, cut: RunCheckpoint): Promise<void> {
  const root = join(runFolder, 'checkpoint');
  const number = ((await completeCheckpoints(root)).at(-1) ?? 0) + 1;
  const name = String(number).padStart(6, '0');
  await publishFolder(join(root, name), async (folder) => {
    for (const [source, snapshot] of cut) {
      const own = sourceFolder(folder, source);
      await mkdir(own, { recursive: true });
      await writeSnapshot(own, snapshot);
    }
  });
  for (const entry of await readdir(root)) {
    if (entry !== name) await rm(join(root, entry), { recursive: true, force: true });
  }
}

/** Whether a run has a checkpoint to go on from. */
export async function hasCheckpoint(runFolder: string): Promise<boolean> {
  return (await completeCheckpoints(join(runFolder, 'checkpoint'))).length > 0;
}

/** The last checkpoint of a run, empty when it has none. Throws `checkpoint-damaged` when its files are not whole. */
export async function loadCheckpoint(runFolder: string): Promise<RunCheckpoint> {
  const root = join(runFolder, 'checkpoint');
  const number = (await completeCheckpoints(root)).at(-1);
  if (number === undefined) return new Map();
  const folder = join(root, String(number).padStart(6, '0'));
  try {
    return new Map(
      await Promise.all(
        (await sourcesIn(folder)).map(
          async (source) => [source, await readSnapshot(sourceFolder(folder, source))] as const,
        ),
      ),
    );
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? `position.json: ${z.prettifyError(cause)}` : messageOf(cause);
    const message = `The checkpoint in ${folder} is damaged (${reason}). Delete ${root} to train from the beginning.`;
    throw new SluiceError('checkpoint-damaged', message, { cause });
  }
}

async function writeSnapshot(folder: string, { position, totals, client, server, codecs }: Snapshot): Promise<void> {
  await writeHalf(folder, 'client', client);
  if (server.kind === 'state') await writeHalf(folder, 'server', server.state);
  if (codecs) await writeSafetensors(join(folder, codecsFile), joined(codecs));
  const kept = server.kind === 'state' ? { kind: 'state' } : server;
  const atCheckpoint = { format: 1, position, server: kept, codecs: codecs && true, totals };
  const text = JSON.stringify(atCheckpoint, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  await writeFile(join(folder, 'position.json'), text, { flush: true });
}

async function readSnapshot(folder: string): Promise<Snapshot> {
  const { position, totals, server, codecs } = atCheckpoint.parse(
    JSON.parse(await readFile(join(folder, 'position.json'), 'utf8')),
  );
  const kept: ServerState =
    server.kind === 'state' ? { kind: 'state', state: await readHalf(folder, 'server') } : server;
  const snapshot = { position, totals, client: await readHalf(folder, 'client'), server: kept };
  if (!codecs) return snapshot;
  const { tensors } = await readSafetensors(join(folder, codecsFile));
  return { ...snapshot, codecs: { client: part(tensors, 'client'), server: part(tensors, 'server') } };
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

async function writeHalf(folder: string, half: Side, { weights, momentum }: HalfState): Promise<void> {
  await writeSafetensors(join(folder, files[half].weights), weights);
  await writeSafetensors(join(folder, files[half].momentum), momentum);
}

async function readHalf(folder: string, half: Side): Promise<HalfState> {
  const { tensors: weights } = await readSafetensors(join(folder, files[half].weights));
  const { tensors: momentum } = await readSafetensors(join(folder, files[half].momentum));
  return { weights, momentum };
}

function sourceFolder(folder: string, source: number): string {
  return source === 0 ? folder : join(folder, `source-${source}`);
}

async function sourcesIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  const others = names.flatMap((name) => /^source-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  return names.length > others.length ? [0, ...others] : others;
}

/** Where the pair of a finished phase is kept: `pairs/<training>-<phase>-b<budget>`, and `-source-<n>` after it for all but the first. */
export function pairFolder(runFolder: string, { training, phase, source, budget }: PairRecord): string {
  const name = `${training}-${phase}-b${budget ?? 'full'}`;
  return join(runFolder, 'pairs', source === 0 ? name : `${name}-source-${source}`);
}

/**
 * Keeps a member of the model set Θ for good, as `{client,server}.safetensors` with the experiment, seed, budget,
 * accuracy and what the images are like as metadata.
 */
export async function savePair(
  runFolder: string,
  run: Run,
  pair: PairRecord,
  weights: Readonly<Record<Side, StateDict>>,
): Promise<void> {
  const input = inputFacts(run.experiment.dataset.name);
  await publishFolder(pairFolder(runFolder, pair), async (folder) => {
    for (const half of ['client', 'server'] as const) {
      await writeSafetensors(join(folder, files[half].weights), weights[half], {
        half,
        run: run.id,
        seed: String(run.seed),
        budget: String(pair.budget ?? 'full'),
        testAccuracy: String(pair.testAccuracy),
        ...(input && inputMetadata(input)),
        experiment: JSON.stringify(run.experiment),
      });
    }
  });
}

/** Numbers of the whole checkpoints in a folder, rising. */
async function completeCheckpoints(root: string): Promise<number[]> {
  if (!existsSync(root)) return [];
  const names = await readdir(root);
  return names
    .filter((name) => /^\d{6,}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
