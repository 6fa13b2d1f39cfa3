import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { OnProgress } from '../../data/progress.ts';
import { requireEmptyFolder } from '../../disk.ts';
import { publishFolder, writeFlushed } from '../../runs/checkpoint/durable.ts';
import type { StateDict } from '../../model/state.ts';
import type { SetPair } from '../../sets/manifest.ts';
import { readWeights, type OpenedSet } from '../../sets/open.ts';
import { budgetName, cutOf, networkOf } from '../../sets/pair.ts';
import { selectionOf } from '../../sets/selection.ts';
import { clientOnnx, serverOnnx, type HalfToWrite, type WrittenHalf } from './half.ts';
import { readme, type WrittenPair } from './readme.ts';

export interface OnnxOptions {
  /** Images come as (x / 255 − mean) / std. Unless so, the client half takes bytes and does that itself. */
  readonly normalised: boolean;
  readonly onProgress?: OnProgress | undefined;
}

export interface OnnxFile {
  /** Inside the folder, with `/`. */
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * The files of a set as ONNX, one at a time: `<budget>/client.onnx` and `<budget>/server.onnx` of every pair, then
 * `README.txt`, which says what they take and give. Throws `onnx-too-large`.
 */
export async function* onnxFiles(set: OpenedSet, options: OnnxOptions): AsyncGenerator<OnnxFile> {
  const pairs: WrittenPair[] = [];
  const total = set.manifest.pairs.length;
  for (const pair of set.manifest.pairs) {
    const folder = budgetName(pair.budget);
    options.onProgress?.({ step: 'write', item: `pair ${folder}`, done: pairs.length, total, unit: 'pairs' });
    const { client, server } = await writePair(set, pair, options);
    yield { path: `${folder}/client.onnx`, data: client.model };
    yield { path: `${folder}/server.onnx`, data: server.model };
    pairs.push({
      folder,
      testAccuracy: pair.testAccuracy,
      images: client.input,
      maps: client.output,
      logits: server.output,
    });
  }
  yield { path: 'README.txt', data: new TextEncoder().encode(readme(set.manifest, pairs, options)) };
}

/** Writes them to a new folder, which is there whole or not at all. Throws `folder-not-empty`. */
export async function exportOnnx(set: OpenedSet, target: string, options: OnnxOptions): Promise<void> {
  requireEmptyFolder(target);
  await publishFolder(resolve(target), async (partial) => {
    for await (const { path, data } of onnxFiles(set, options)) {
      await mkdir(dirname(join(partial, path)), { recursive: true });
      await writeFlushed(join(partial, path), [data]);
    }
  });
}

async function writePair(
  set: OpenedSet,
  pair: SetPair,
  options: OnnxOptions,
): Promise<{ readonly client: WrittenHalf; readonly server: WrittenHalf }> {
  const weights = await readWeights(set, pair.client.weights);
  const { mean, std } = set.manifest.images;
  const about = aboutPair(set, pair, weights, options);
  const client = clientOnnx({ ...about, state: weights }, options.normalised ? null : { mean, std });
  return { client, server: await writeServer(set, pair, about) };
}

/** The server half of a pair. Throws `onnx-too-large`. */
export async function serverOnnxOf(set: OpenedSet, pair: SetPair): Promise<WrittenHalf> {
  const weights = await readWeights(set, pair.client.weights);
  return writeServer(set, pair, aboutPair(set, pair, weights, { normalised: true }));
}

async function writeServer(set: OpenedSet, pair: SetPair, about: Omit<HalfToWrite, 'state'>): Promise<WrittenHalf> {
  return serverOnnx({ ...about, state: await readWeights(set, pair.server.weights) });
}

function aboutPair(
  { name, digest, manifest }: OpenedSet,
  pair: SetPair,
  client: StateDict,
  { normalised }: OnnxOptions,
): Omit<HalfToWrite, 'state'> {
  const { mean, std, classes, dataset } = manifest.images;
  return {
    network: networkOf(manifest),
    cut: cutOf(manifest, pair),
    selection: selectionOf(manifest, pair, client),
    gate: manifest.gate,
    metadata: {
      set: name,
      setSha256: digest,
      network: manifest.network.name,
      layer: String(manifest.cut.layer),
      budget: budgetName(pair.budget),
      testAccuracy: String(pair.testAccuracy),
      dataset,
      classes: JSON.stringify(classes),
      normalisation: normalised ? 'outside' : 'inside',
      mean: JSON.stringify(mean),
      std: JSON.stringify(std),
      inputLayout: 'NCHW',
    },
  };
}
