import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors } from '../../../main/runs/checkpoint/weights-file.ts';
import { runNumber, type RunStatus } from '../../../main/runs/store/run.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import type { Trial } from './experiments.ts';

/** What a run came to, as far as it must be the same whatever happened to it. */
export interface Outcome {
  readonly status: RunStatus;
  /** Every step's place, loss and bytes, in their order. */
  readonly steps: readonly string[];
  /** Every epoch's place and results. */
  readonly epochs: readonly string[];
  /** Digests of the weights of every pair, by name. */
  readonly weights: ReadonlyMap<string, string>;
  /** How many batches the server half has learned from that has learned most. */
  readonly batches: number;
}

export async function outcomeOf(home: string, run: number): Promise<Outcome> {
  const store = openStore(home);
  try {
    const { id, status } = store.list().find((one) => runNumber(one) === run)!;
    const pairs = await pairsOf(store.folder(id));
    return {
      status,
      steps: store.steps(id).map((step) => JSON.stringify(placeAnd(step, 'step', 'crossEntropy'))),
      epochs: store.epochs(id).map((epoch) => JSON.stringify(placeAnd(epoch, 'epoch', 'testLoss'))),
      weights: new Map(pairs.map(({ name, digest }) => [name, digest])),
      batches: Math.max(0, ...pairs.map(({ batches }) => batches)),
    };
  } finally {
    store.close();
  }
}

function placeAnd<R extends object>(record: R, ...keys: (keyof R)[]): Partial<R> {
  const all = ['training', 'phase', 'source', 'bytesUp', 'bytesDown', ...keys] as (keyof R)[];
  return Object.fromEntries(all.map((key) => [key, record[key]])) as Partial<R>;
}

async function pairsOf(folder: string): Promise<{ name: string; digest: string; batches: number }[]> {
  const root = join(folder, 'pairs');
  if (!existsSync(root)) return [];
  return Promise.all(
    (await readdir(root)).sort().map(async (name) => {
      const hash = createHash('sha256');
      let batches = 0;
      for (const half of ['client', 'server']) {
        const { tensors } = await readSafetensors(join(root, name, `${half}.safetensors`));
        for (const [key, { data }] of Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1))) {
          hash.update(key).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
          if (half === 'server' && key.endsWith('num_batches_tracked')) batches = Number(data[0]);
        }
      }
      return { name, digest: hash.digest('hex'), batches };
    }),
  );
}

/**
 * Where a run differs from one that nothing happened to. The order in which several sources' batches reach a shared half
 * is the network's, and the weights with it: there every batch must have been applied, once.
 */
export function differences(
  found: Outcome,
  wanted: Outcome,
  { shared, gathered = false }: Pick<Trial, 'shared' | 'gathered'>,
): string[] {
  const wrong: string[] = [];
  if (found.status !== wanted.status) wrong.push(`it is ${found.status}`);
  const bare = (steps: readonly string[]): string[] =>
    shared ? steps.map((step) => step.replace(/,"(crossEntropy|testLoss)":[^,}]+/, '')) : [...steps];
  for (const kind of ['steps', 'epochs'] as const) {
    const [ours, theirs] = [bare(found[kind]).sort(), bare(wanted[kind]).sort()];
    if (ours.length !== theirs.length) wrong.push(`${ours.length} of ${theirs.length} ${kind}`);
    else if (ours.some((line, i) => line !== theirs[i])) wrong.push(`other ${kind}`);
  }
  if (!gathered && found.batches !== wanted.batches)
    wrong.push(`${found.batches} of ${wanted.batches} batches applied`);
  for (const [name, digest] of wanted.weights) {
    if (!found.weights.has(name)) wrong.push(`no pair ${name}`);
    else if (!shared && found.weights.get(name) !== digest) wrong.push(`other weights in ${name}`);
  }
  return wrong;
}
