import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, SluiceError } from '../errors.ts';
import type { PairRecord } from '../training/records.ts';
import type { Snapshot } from '../training/snapshot.ts';
import { publishFolder } from './durable.ts';
import type { Run } from './run.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/**
 * A run's checkpoints are numbered folders, `checkpoint/000001` and so on. The highest complete one counts, and the
 * ones before it are removed once it is on disk, so a kill at any instant leaves a whole checkpoint.
 */
const files = {
  client: 'client.safetensors',
  server: 'server.safetensors',
  clientMomentum: 'client.momentum.safetensors',
  serverMomentum: 'server.momentum.safetensors',
} as const;

const count = z.int().min(0);
// JSON has no NaN nor infinities, and a diverged loss is one of them.
const sum = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

const standing = z.strictObject({
  format: z.literal(1),
  position: z.strictObject({ training: count, phase: count, epoch: count, batch: count, step: count }),
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
export async function saveCheckpoint(runFolder: string, snapshot: Snapshot): Promise<void> {
  const root = join(runFolder, 'checkpoint');
  const number = ((await completeCheckpoints(root)).at(-1) ?? 0) + 1;
  const name = String(number).padStart(6, '0');
  await publishFolder(join(root, name), async (folder) => {
    for (const part of ['client', 'server', 'clientMomentum', 'serverMomentum'] as const) {
      await writeSafetensors(join(folder, files[part]), snapshot[part]);
    }
    const { position, totals } = snapshot;
    const text = JSON.stringify({ format: 1, position, totals }, (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    await writeFile(join(folder, 'position.json'), text, { flush: true });
  });
  for (const entry of await readdir(root)) {
    if (entry !== name) await rm(join(root, entry), { recursive: true, force: true });
  }
}

/** The last checkpoint of a run, or null when it has none. Throws `checkpoint-damaged` when its files are not whole. */
export async function loadCheckpoint(runFolder: string): Promise<Snapshot | null> {
  const root = join(runFolder, 'checkpoint');
  const number = (await completeCheckpoints(root)).at(-1);
  if (number === undefined) return null;
  const folder = join(root, String(number).padStart(6, '0'));
  try {
    const { position, totals } = standing.parse(JSON.parse(await readFile(join(folder, 'position.json'), 'utf8')));
    const read = async (part: keyof typeof files) => (await readSafetensors(join(folder, files[part]))).tensors;
    return {
      position,
      totals,
      client: await read('client'),
      server: await read('server'),
      clientMomentum: await read('clientMomentum'),
      serverMomentum: await read('serverMomentum'),
    };
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? `position.json: ${z.prettifyError(cause)}` : messageOf(cause);
    const message = `The checkpoint in ${folder} is damaged (${reason}). Delete ${root} to train from the beginning.`;
    throw new SluiceError('checkpoint-damaged', message, { cause });
  }
}

/** Where the pair of a finished phase is kept: `pairs/<training>-<phase>-b<budget>`. */
export function pairFolder(runFolder: string, { training, phase, budget }: PairRecord): string {
  return join(runFolder, 'pairs', `${training}-${phase}-b${budget ?? 'full'}`);
}

/**
 * Keeps a member of the model set Θ for good, as `{client,server}.safetensors` with the experiment, seed, budget and
 * accuracy as metadata.
 */
export async function savePair(runFolder: string, run: Run, pair: PairRecord, snapshot: Snapshot): Promise<void> {
  await publishFolder(pairFolder(runFolder, pair), async (folder) => {
    for (const half of ['client', 'server'] as const) {
      await writeSafetensors(join(folder, files[half]), snapshot[half], {
        half,
        run: run.id,
        seed: String(run.seed),
        budget: String(pair.budget ?? 'full'),
        testAccuracy: String(pair.testAccuracy),
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
