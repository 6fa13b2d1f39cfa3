import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InputFacts } from '../data/input.ts';
import type { OnProgress } from '../data/progress.ts';
import { inStagingFolder } from '../data/staging.ts';
import { syncFolder } from '../disk.ts';
import type { Metadata } from '../model/safetensors.ts';
import type { Budget } from '../records/column.ts';
import { inputMetadata } from '../runs/checkpoint/input-metadata.ts';
import { writeFlushed } from '../runs/checkpoint/durable.ts';
import { writeSafetensors } from '../runs/checkpoint/weights-file.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { sealJson } from '../runs/store/sealed-json.ts';
import { version } from '../version.ts';
import { pairCosts, pairTraffic } from './costs.ts';
import { fileSum, manifestFile, readSet, type WeightsEntry } from './files.ts';
import { freeSetFolder, modelsFolder } from './home.ts';
import { manifestSchema, manifestVersion, type ModelSet, type SetPair } from './manifest.ts';
import type { OpenedSet } from './open.ts';
import { budgetName, cutOf, networkOf, requestBudget } from './pair.ts';
import { prunePair, type PairWeights } from './prune-pair.ts';

/** A pair as a training left it. */
export interface TrainedPair extends Pick<SetPair, 'testAccuracy' | 'epochs' | 'origin'> {
  readonly budget: Budget;
  readonly weights: () => Promise<PairWeights>;
}

/** What a set is made of. */
export interface TrainedSet {
  readonly experiment: Experiment;
  readonly run: Omit<ModelSet['run'], 'experiment'>;
  readonly images: InputFacts;
  readonly pairs: readonly TrainedPair[];
}

/**
 * Makes a set in this home, maps that are never sent removed. It is there whole or not at all. Throws `name-invalid`,
 * `set-exists`, and what reading the weights throws.
 */
export async function makeSet(name: string, trained: TrainedSet, onProgress?: OnProgress): Promise<OpenedSet> {
  const target = freeSetFolder(name);
  return publishSet(target, async (folder) => {
    const about = aboutOf(name, trained);
    const falling = [...trained.pairs].sort((a, b) => (b.budget ?? Infinity) - (a.budget ?? Infinity));
    const pairs: SetPair[] = [];
    for (const [i, pair] of falling.entries()) {
      onProgress?.({
        step: 'write',
        item: `pair ${budgetName(pair.budget)}`,
        done: i,
        total: falling.length,
        unit: 'pairs',
      });
      pairs.push(await writePair(folder, { ...about, pairs: [] }, trained, pair));
    }
    const manifest: ModelSet = manifestSchema.parse({ ...about, pairs });
    await writeFlushed(join(folder, manifestFile), sealJson(manifest));
  });
}

/** Fills a folder beside the sets and gives it its name once all of it is on the disk. */
export async function publishSet(target: string, fill: (folder: string) => Promise<void>): Promise<OpenedSet> {
  await mkdir(modelsFolder(), { recursive: true });
  return inStagingFolder(async (staging) => {
    const folder = join(staging, 'set');
    await mkdir(folder);
    await fill(folder);
    await syncFolder(folder);
    await rename(folder, target);
    await syncFolder(dirname(target));
    return readSet(target);
  }, modelsFolder());
}

function aboutOf(name: string, { experiment, run, images }: TrainedSet): Omit<ModelSet, 'pairs'> {
  const { model, split, gate } = experiment;
  return {
    format: 'sluice-model-set',
    version: manifestVersion,
    name,
    createdAt: new Date().toISOString(),
    software: version(),
    network: { name: model.name, width: model.width },
    cut: { layer: split.layer, module: split.module },
    gate: { mask: gate.mask, ties: gate.ties },
    images: {
      dataset: images.dataset,
      classes: [...images.classes],
      shape: [...images.shape],
      mean: [...images.mean],
      std: [...images.std],
    },
    run: { ...run, experiment },
  };
}

async function writePair(folder: string, set: ModelSet, trained: TrainedSet, pair: TrainedPair): Promise<SetPair> {
  const { budget, testAccuracy, epochs, origin } = pair;
  const { maps, ...weights } = prunePair(await pair.weights(), budget, set.gate);
  const network = networkOf(set);
  const cut = cutOf(set, { maps });
  const costs = pairCosts(network, cut);
  const write = async (half: 'client' | 'server'): Promise<WeightsEntry> => {
    const file = `${budgetName(budget)}/${half}.safetensors`;
    const path = join(folder, file);
    await writeSafetensors(path, weights[half], metadataOf(half, trained, pair, maps));
    return { file, bytes: (await stat(path)).size, sha256: await fileSum(path) };
  };
  await mkdir(join(folder, budgetName(budget)));
  const files = { client: await write('client'), server: await write('server') };
  await syncFolder(join(folder, budgetName(budget)));
  return {
    budget,
    maps,
    testAccuracy,
    epochs,
    origin,
    client: { weights: files.client, ...costs.client },
    server: { weights: files.server, ...costs.server },
    unpruned: pairCosts(network, set.cut),
    traffic: pairTraffic(network, cut, requestBudget({ budget, maps })),
  };
}

/** A file says by itself what it is, in the words of those that a run keeps. */
function metadataOf(
  half: 'client' | 'server',
  { experiment, run, images }: TrainedSet,
  { budget, testAccuracy }: TrainedPair,
  maps: number | null,
): Metadata {
  return {
    half,
    ...(run.uid === null ? {} : { uid: run.uid }),
    seed: String(run.seed),
    budget: budgetName(budget),
    ...(maps === null ? {} : { maps: String(maps) }),
    testAccuracy: String(testAccuracy),
    ...inputMetadata(images),
    experiment: JSON.stringify(experiment),
  };
}
