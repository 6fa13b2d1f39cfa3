import { beforeAll, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { engineHalves, onnxHalves } from '../../../../main/processes/serve/halves.ts';
import { servedPairs } from '../../../../main/serving/pairs.ts';
import { useHome } from '../../../support/datasets.ts';
import { makeTestSet } from '../../../support/model-set.ts';
import { withOnnxRuntime } from '../../../support/onnx-runtime.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

withOnnxRuntime.it('both runtimes give the same logits for every pair, and what they give is the asker’s', async () => {
  useHome();
  const set = await makeTestSet();
  const [ours, theirs] = [await engineHalves(set), await onnxHalves(set, 1)];
  for (const { budget, sent } of servedPairs(set, new Map())) {
    const [height, width, total] = sent;
    const features = (shift: number) => ({
      maps: Float32Array.from({ length: 3 * height * width * total }, (_, i) => ((i * 31 + shift) % 17) / 8 - 1),
      shape: [3, height, width] as const,
      total,
      selection: null,
    });
    const logits = await theirs.get(budget)!.infer(features(0));
    await theirs.get(budget)!.infer(features(5));
    const expected = await ours.get(budget)!.infer(features(0));
    expect(logits.length).toBe(3 * 4);
    const scale = Math.max(...expected.map(Math.abs));
    for (const [i, value] of expected.entries()) expect(Math.abs(logits[i] - value) / scale).toBeLessThan(1e-5);
  }
});

it('ONNX Runtime is refused for pairs whose requests choose their nodes', async () => {
  useHome();
  const set = await makeTestSet({ model: { name: 'mlp', width: 0.02 }, split: { layer: 2 }, budgets: [null, 2] });
  await expect(onnxHalves(set, 1)).rejects.toMatchObject({ code: 'runtime-unsuited', path: 'runtime' });
  expect((await engineHalves(set)).size).toBe(2);
});
