import { join } from 'node:path';
import type { OnProgress } from '../data/progress.ts';
import { messageOf, SluiceError } from '../errors.ts';
import { describeCut } from '../model/describe.ts';
import type { Shape } from '../model/spec.ts';
import type { StateDict } from '../model/state.ts';
import type { Budget } from '../records/column.ts';
import { readSafetensors } from '../runs/checkpoint/weights-file.ts';
import type { ClientHalf } from '../training/client.ts';
import type { ServerHalf } from '../training/server.ts';
import {
  damaged,
  fileSum,
  manifestFile,
  readSet,
  requireSizes,
  totalBytesOf,
  weightsOf,
  type ReadSet,
  type WeightsEntry,
} from './files.ts';
import { clientWith, serverWith } from './halves.ts';
import type { SetPair } from './manifest.ts';
import { cutOf, networkOf, pairOf, requestBudget } from './pair.ts';
import { findSet } from './home.ts';

/** A set every file of which is as it was written. */
export type OpenedSet = ReadSet;

/**
 * Opens a set by its name in this home, or the path of its folder (with a separator in it), and compares the sums of all
 * files. Throws `set-unknown`, `set-newer`, and `set-damaged` with the file and what is wrong with it.
 */
export async function openSet(reference: string, onProgress?: OnProgress): Promise<OpenedSet> {
  return requireWholeSet(await readSet(findSet(reference)), onProgress);
}

/** Throws `set-damaged` unless all files are as they were written. */
export async function requireWholeSet(set: ReadSet, onProgress?: OnProgress): Promise<OpenedSet> {
  requireSense(set);
  await requireSizes(set);
  const total = totalBytesOf(set.manifest);
  let done = 0;
  for (const { file, sha256 } of weightsOf(set.manifest)) {
    const sum = await fileSum(join(set.folder, file), (bytes) => {
      done += bytes;
      onProgress?.({ step: 'check', item: set.name, done, total, unit: 'bytes' });
    });
    if (sum !== sha256) throw damaged(join(set.shown, file), `its SHA-256 is ${sum}, expected ${sha256}`);
  }
  return set;
}

/** What the schema cannot see: the network is one of the zoo, and every pair a cut of it. */
function requireSense(set: ReadSet): void {
  const { shown, manifest } = set;
  const path = join(shown, manifestFile);
  const [, , channels] = manifest.images.shape;
  const { mean, std } = manifest.images;
  if (mean.length !== channels || std.length !== channels) {
    throw damaged(
      path,
      `images.mean and images.std have ${mean.length} and ${std.length} values for ${channels} channels`,
    );
  }
  for (const pair of manifest.pairs) {
    const [, , maps] = sentBy(set, pair);
    const asked = requestBudget(pair) ?? 1;
    if (asked > maps) throw damaged(path, `a pair has a budget of ${asked} maps, and ${maps} cross its cut`);
  }
}

function sentBy({ shown, manifest }: ReadSet, pair: SetPair): Shape {
  try {
    return describeCut(networkOf(manifest), cutOf(manifest, pair)).sent;
  } catch (cause) {
    throw cause instanceof SluiceError ? damaged(join(shown, manifestFile), cause.message, cause) : cause;
  }
}

/** The client half of a budget's pair. The engine is open; dispose of it. Throws `budget-missing`, `set-damaged`. */
export async function clientOf(set: OpenedSet, budget: Budget): Promise<ClientHalf> {
  const pair = pairOf(set.manifest, budget);
  return opened(set, pair.client.weights, (weights) => clientWith(set.manifest, pair, weights));
}

/** The server half of a budget's pair, likewise. */
export async function serverOf(set: OpenedSet, budget: Budget): Promise<ServerHalf> {
  const pair = pairOf(set.manifest, budget);
  return opened(set, pair.server.weights, (weights) => serverWith(set.manifest, pair, weights));
}

/** Both halves of a budget's pair, to infer without a network. */
export async function wholeOf(
  set: OpenedSet,
  budget: Budget,
): Promise<{ readonly client: ClientHalf; readonly server: ServerHalf; dispose(): void }> {
  const client = await clientOf(set, budget);
  try {
    const server = await serverOf(set, budget);
    return {
      client,
      server,
      dispose() {
        client.dispose();
        server.dispose();
      },
    };
  } catch (error) {
    client.dispose();
    throw error;
  }
}

async function opened<Half>(set: OpenedSet, entry: WeightsEntry, build: (weights: StateDict) => Half): Promise<Half> {
  const weights = await readWeights(set, entry);
  try {
    return build(weights);
  } catch (cause) {
    throw cause instanceof SluiceError ? damaged(join(set.folder, entry.file), messageOf(cause), cause) : cause;
  }
}

/** The weights of one half, in PyTorch's names and layout; no engine is needed. Throws `set-damaged`. */
export async function readWeights({ folder }: OpenedSet, { file }: WeightsEntry): Promise<StateDict> {
  const path = join(folder, file);
  try {
    return (await readSafetensors(path)).tensors;
  } catch (cause) {
    throw cause instanceof SluiceError ? damaged(path, messageOf(cause), cause) : cause;
  }
}
