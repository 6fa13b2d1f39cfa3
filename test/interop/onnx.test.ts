import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import { exportOnnx } from '../../main/exports/onnx/set.ts';
import { wholeOf, type OpenedSet } from '../../main/sets/open.ts';
import { budgetName, networkOf, requestBudget } from '../../main/sets/pair.ts';
import type { Budget } from '../../main/records/column.ts';
import { temporaryFolder } from '../support/closing.ts';
import { makeTestSet, type TestSet } from '../support/model-set.ts';
import { where } from '../support/where.ts';
import { imageBytes, normalised } from '../support/written-halves.ts';
import { narrow, pythonHas } from '../support/python.ts';

const [deploy, checkpoints] = ['deploy', 'checkpoints'].map((name) => {
  const text = readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
  return [...text.matchAll(/```python\n(.*?)```/gs)].map(([, code]) => code);
});

const samples = 5;

/** Runs code in a folder with these images, bytes [n, rows, columns, channels]; what it prints is JSON. */
function python(folder: string, code: string, images: Uint8Array): unknown {
  writeFileSync(join(folder, 'printed.py'), code);
  const { status, stdout, stderr } = spawnSync('python3', ['printed.py'], {
    cwd: folder,
    input: images,
    maxBuffer: 1e8,
  });
  expect(status, String(stderr)).toBe(0);
  return JSON.parse(String(stdout));
}

/** Reads what `python` hands over. */
const reader = ([height, width, channels]: readonly number[]): string => `
import json, sys
import numpy as np
images = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(-1, ${height}, ${width}, ${channels})
`;

async function ours(set: OpenedSet, budget: Budget, bytes: Uint8Array): Promise<number[][]> {
  const { client, server, dispose } = await wholeOf(set, budget);
  const pair = set.manifest.pairs.find((each) => each.budget === budget)!;
  const batch = { images: normalised(bytes, set.manifest.images), samples, labels: new Uint16Array(samples) };
  const logits = await server.infer(await client.infer(batch, requestBudget(pair)));
  dispose();
  const classes = set.manifest.images.classes.length;
  return Array.from({ length: samples }, (_, i) => Array.from(logits.subarray(i * classes, (i + 1) * classes)));
}

/** The largest difference, as a share of the largest logit where that is above 1: weights are random. */
function apart(given: readonly number[][], expected: readonly number[][]): number {
  expect(given.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  const difference = given.flatMap((row, i) => row.map((value, j) => Math.abs(value - expected[i][j])));
  return Math.max(...difference) / Math.max(1, ...expected.flat().map(Math.abs));
}

function best(logits: readonly number[][], { manifest }: OpenedSet): string[] {
  return logits.map((row) => manifest.images.classes[row.indexOf(Math.max(...row))]);
}

beforeAll(async () => {
  await openEngine('cpu', { threads: 2 });
});

beforeEach(() => vi.stubEnv('SLUICE_HOME', temporaryFolder()));

where(pythonHas('onnx', 'onnxruntime'), 'no ONNX').describe('ONNX in Python', { timeout: 120_000 }, () => {
  it.each<[string, TestSet]>([
    ['pruned maps', {}],
    ['residual blocks', { model: { name: 'resnet18', width: 0.1 }, split: { layer: 3 } }],
    ['nodes', { model: { name: 'mlp', width: 0.1 }, split: { layer: 2 } }],
  ])('finds both halves well formed and gives the logits of Sluice: %s', async (_, options) => {
    const set = await makeTestSet(options);
    const folder = temporaryFolder();
    await exportOnnx(set, folder, { normalised: false });
    const network = networkOf(set.manifest);
    const bytes = imageBytes(network, samples);
    const budgets = set.manifest.pairs.map(({ budget }) => budget);
    const code = `${reader(network.input)}
import onnx, onnxruntime
def run(path, name, values):
    onnx.checker.check_model(path, full_check=True)
    return onnxruntime.InferenceSession(path).run(None, {name: values})[0]
logits = []
for folder in ${JSON.stringify(budgets.map(budgetName))}:
    maps = run(folder + "/client.onnx", "images", np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
    logits.append(run(folder + "/server.onnx", "maps", maps).tolist())
print(json.dumps(logits))`;
    const theirs = python(folder, code, bytes) as number[][][];
    for (const [i, budget] of budgets.entries()) {
      expect(apart(theirs[i], await ours(set, budget, bytes))).toBeLessThan(1e-4);
    }
  });

  it('predicts with the code of docs/deploy.md', async () => {
    const set = await makeTestSet();
    const folder = temporaryFolder();
    await exportOnnx(set, folder, { normalised: false });
    const network = networkOf(set.manifest);
    const bytes = imageBytes(network, samples);
    const code = `${reader(network.input)}\n${deploy[0]}
print(json.dumps({"logits": on_server(on_device(images)).tolist(), "classes": predict(images), "bytes": len(on_device(images))}))`;
    const theirs = python(join(folder, '4'), code, bytes) as { logits: number[][]; classes: string[]; bytes: number };
    // Values that fall on another side of float16 differ by 1/2048.
    expect(apart(theirs.logits, await ours(set, 4, bytes))).toBeLessThan(5e-3);
    expect(theirs.classes).toEqual(best(theirs.logits, set));
    expect(theirs.bytes).toBe(samples * 4 * 8 * 8 * 2);
  });
});

where(pythonHas('torch', 'safetensors'), 'no PyTorch').it(
  'a pruned pair of a set loads in PyTorch as docs/deploy.md says',
  { timeout: 120_000 },
  async () => {
    const options: TestSet = { model: { name: 'vgg11', width: 0.125 }, split: { layer: 5 }, budgets: [8] };
    const set = await makeTestSet({ ...options, images: { shape: [32, 32, 3] } });
    const folder = join(set.folder, '8');
    const bytes = imageBytes(networkOf(set.manifest), samples);
    writeFileSync(join(folder, 'pair.py'), narrow(checkpoints[1]));
    const code = `import io, contextlib
said = io.StringIO()
with contextlib.redirect_stdout(said):
    exec(${JSON.stringify(deploy[1])})
${reader([32, 32, 3])}
from pair import predict
x = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
with torch.no_grad():
    logits = server(client((x / 255 - mean) / std))
print(json.dumps({"logits": logits.tolist(), "classes": predict(x), "said": said.getvalue()}))`;
    const theirs = python(folder, code, bytes) as { logits: number[][]; classes: string[]; said: string };
    const logits = await ours(set, 8, bytes);
    expect(apart(theirs.logits, logits)).toBeLessThan(1e-4);
    expect(theirs.classes).toEqual(best(logits, set));
    expect(theirs.said).toBe(`${8 * 8 * 8} values cross for an image, 4 classes come back\n`);
  },
);
