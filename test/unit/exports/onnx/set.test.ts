import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { exportOnnx } from '../../../../main/exports/onnx/set.ts';
import { wholeOf, type OpenedSet } from '../../../../main/sets/open.ts';
import { budgetName, networkOf, requestBudget } from '../../../../main/sets/pair.ts';
import { temporaryFolder } from '../../../support/closing.ts';
import { makeTestSet, type TestSet } from '../../../support/model-set.ts';
import { onnxRuntime, withOnnxRuntime } from '../../../support/onnx-runtime.ts';
import { channelsFirst, imageBytes, normalised } from '../../../support/written-halves.ts';

const samples = 3;

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

beforeEach(() => vi.stubEnv('SLUICE_HOME', temporaryFolder()));

/** The largest difference of the logits of any pair; and that client halves take bytes, or normalised images. */
async function mostApart(set: OpenedSet, folder: string, given: 'uint8' | 'float32'): Promise<number> {
  const { InferenceSession, Tensor } = onnxRuntime!;
  const network = networkOf(set.manifest);
  const bytes = imageBytes(network, samples);
  const images = normalised(bytes, set.manifest.images);
  const first = given === 'uint8' ? channelsFirst(bytes, network.input) : channelsFirst(images, network.input);
  let most = 0;
  for (const pair of set.manifest.pairs) {
    const whole = await wholeOf(set, pair.budget);
    const features = await whole.client.infer(
      { images, samples, labels: new Uint16Array(samples) },
      requestBudget(pair),
    );
    const expected = await whole.server.infer(features);
    whole.dispose();
    const [height, width, channels] = network.input;
    const [client, server] = await Promise.all(
      ['client', 'server'].map((half) =>
        InferenceSession.create(join(folder, budgetName(pair.budget), `${half}.onnx`)),
      ),
    );
    const { maps } = await client.run({ images: new Tensor(given, first, [samples, channels, height, width]) });
    const { logits } = await server.run({ maps });
    // Only what crosses the network is there.
    expect(maps.dims[1]).toBe(features.selection?.kept.length ?? features.total);
    expect(logits.dims).toEqual([samples, network.classes]);
    const values = logits.data as Float32Array;
    most = values.reduce((sofar, value, i) => Math.max(sofar, Math.abs(value - expected[i])), most);
  }
  return most;
}

const sets: readonly [title: string, options: TestSet][] = [
  ['pruned maps', {}],
  ['nodes, which stay whole', { model: { name: 'mlp', width: 0.1 }, split: { layer: 2 } }],
];

withOnnxRuntime.describe('a set on ONNX Runtime', () => {
  it.each(sets)('gives the logits of Sluice for bytes: %s', async (_, options) => {
    const set = await makeTestSet(options);
    const folder = join(temporaryFolder(), 'onnx');
    await exportOnnx(set, folder, { normalised: false });
    expect(await mostApart(set, folder, 'uint8')).toBeLessThan(1e-4);
  });

  it('takes normalised images where that was asked for', async () => {
    const set = await makeTestSet();
    const folder = join(temporaryFolder(), 'onnx');
    await exportOnnx(set, folder, { normalised: true });
    expect(await mostApart(set, folder, 'float32')).toBeLessThan(1e-4);
  });
});

describe('a set as ONNX', () => {
  it('says that it takes normalised images where that was asked for', async () => {
    const folder = join(temporaryFolder(), 'onnx');
    await exportOnnx(await makeTestSet(), folder, { normalised: true });
    expect(readFileSync(join(folder, 'README.txt'), 'utf8')).toContain('images float [batch, 3, 16, 16]');
  });

  it('says in words what each half takes and gives', async () => {
    const folder = temporaryFolder();
    await exportOnnx(await makeTestSet(), folder, { normalised: false });
    expect((await readdir(folder)).sort()).toEqual(['2', '4', 'README.txt', 'full']);
    const said = readFileSync(join(folder, 'README.txt'), 'utf8');
    expect(said).toContain('  client.onnx  images uint8 [batch, 3, 16, 16] -> maps float [batch, 4, 8, 8]');
    expect(said).toContain('  server.onnx  maps float [batch, 4, 8, 8] -> logits float [batch, 4]');
    expect(said).toContain('mean  0.5, 0.45, 0.4');
    expect(said).toContain('2  blue');
  });

  it('is written to no folder that has something in it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'mine'), '');
    const written = exportOnnx(await makeTestSet(), folder, { normalised: false });
    await expect(written).rejects.toMatchObject({ code: 'folder-not-empty' });
    expect(await readdir(folder)).toEqual(['mine']);
    expect(existsSync(`${folder}.partial`)).toBe(false);
  });
});
