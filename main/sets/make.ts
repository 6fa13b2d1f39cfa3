import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputFacts } from '../data/input.ts';
import type { OnProgress } from '../data/progress.ts';
import { syncFolder } from '../disk.ts';
import type { Metadata } from '../model/safetensors.ts';
import type { Budget } from '../records/column.ts';
import { inputMetadata } from '../runs/checkpoint/input-metadata.ts';
import { writeFlushed } from '../runs/checkpoint/durable.ts';
import { writeSafetensors } from '../runs/checkpoint/weights-file.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { sealJson } from '../runs/store/sealed-json.ts';
import { defaultGate } from '../training/gates/table.ts';
import { version } from '../version.ts';
import { pairCosts, pairTraffic } from './costs.ts';
import { fileSum, manifestFile, type WeightsEntry } from './files.ts';
import { freeSetFolder } from './home.ts';
import { manifestSchema, manifestVersion, type ModelSet, type SetPair } from './manifest.ts';
import type { OpenedSet } from './open.ts';
import { budgetName, cutOf, networkOf, requestBudget } from './pair.ts';
import { prunePair, type PairWeights } from './prune-pair.ts';
import { publishSet } from './publish.ts';

/** A pair as a training left it. */
export interface TrainedPair extends Pick<SetPair, 'testAccuracy' | 'epochs' | 'epoch' | 'origin'> {
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
  freeSetFolder(name);
  return publishSet(async (folder) => {
    const about = aboutOf(name, trained);
    const falling = [...trained.pairs].sort((a, b) => (b.budget ?? Infinity) - (a.budget ?? Infinity));
    const pairs: SetPair[] = [];
    for (const [done, pair] of falling.entries()) {
      const item = `pair ${budgetName(pair.budget)}`;
      onProgress?.({ step: 'write', item, done, total: falling.length, unit: 'pairs' });
      pairs.push(await writePair(folder, about, trained, pair));
    }
    await writeFlushed(join(folder, manifestFile), sealJson(manifestSchema.parse({ ...about, pairs })));
    return name;
  });
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
    gate: { ...(gate.name === defaultGate ? {} : { name: gate.name }), mask: gate.mask, ties: gate.ties },
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

async function writePair(
  folder: string,
  set: Omit<ModelSet, 'pairs'>,
  trained: TrainedSet,
  pair: TrainedPair,
): Promise<SetPair> {
  const { budget, testAccuracy, epochs, epoch, origin } = pair;
  const whole = await pair.weights();
  const { maps, ...weights } = prunePair(whole, budget, set.gate);
  const network = networkOf(set);
  const cut = cutOf(set, { maps });
  const costs = pairCosts(network, cut, weights);
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
    epoch,
    origin,
    client: { weights: files.client, ...costs.client },
    server: { weights: files.server, ...costs.server },
    unpruned: pairCosts(network, set.cut, whole),
    traffic: pairTraffic(network, cut, requestBudget({ budget, maps })),
  };
}

/** A file says by itself what it is, in the words of those that a run keeps. */
function metadataOf(
  half: 'client' | 'server',
  { experiment, run, images }: TrainedSet,
  { budget, testAccuracy, epochs, epoch }: TrainedPair,
  maps: number | null,
): Metadata {
  return {
    half,
    ...(run.uid === null ? {} : { uid: run.uid }),
    seed: String(run.seed),
    budget: budgetName(budget),
    ...(maps === null ? {} : { maps: String(maps) }),
    testAccuracy: String(testAccuracy),
    epoch,
    epochs: String(epochs),
    ...inputMetadata(images),
    experiment: JSON.stringify(experiment),
  };
}
