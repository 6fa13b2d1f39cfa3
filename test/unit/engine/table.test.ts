import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import type { EngineAdapter } from '../../../main/engine/adapter.ts';
import { engineChoices } from '../../../main/engine/choices.ts';
import { diagnoseEngines, openEngine } from '../../../main/engine/engine.ts';
import { reluGrad, sumRows } from '../../../main/engine/ops.ts';
import { settingsSchema } from '../../../main/lab/settings/settings.ts';
import { parseExperiment } from '../../../main/runs/experiment/parse.ts';

/** An engine is a row of names.ts and an adapter; this one has a ReLU gradient of its own and was never proven. */
vi.mock('../../../main/engine/names.ts', async (original) => {
  const { engines } = await original<{ engines: readonly object[] }>();
  const toy = { name: 'toy', label: 'Toy', title: 'Toy', words: 'For this test.', proven: false, install: null };
  return { engines: [toy, ...engines] };
});

vi.mock('../../../main/engine/adapters.ts', async (original) => {
  const { adapters } = await original<{ adapters: Record<string, EngineAdapter> }>();
  const toy = {
    name: 'toy',
    ops: { reluGrad: ({ dy }: { dy: tf.Tensor }) => tf.mul(dy, 7) },
    open: (options: object) => adapters.cpu.open(options),
  };
  return { adapters: { ...adapters, toy } };
});

const gradient = (): number[] => {
  const ones = tf.tensor1d([1, 1]);
  return [...reluGrad({ dy: ones, y: ones }).dataSync()];
};

it('an engine brings its own version of an operation and leaves the others to all', async () => {
  await openEngine(engineChoices[1], { threads: 1 });
  expect(gradient()).toEqual([7, 7]);
  expect(sumRows(tf.ones([3, 2])).arraySync()).toEqual([3, 3]);
  await openEngine('cpu', { threads: 1 });
  expect(gradient()).toEqual([1, 1]);
});

it('an engine that is not proven is there by name, and auto takes another', async () => {
  const { name } = await openEngine('auto', { threads: 1 });
  expect(name).toBe('cpu');
  expect(gradient()).toEqual([1, 1]);
  const [toy] = await diagnoseEngines();
  expect(toy).toMatchObject({ name: 'toy', available: true, proven: false });
});

it('its name is accepted by experiments and settings', () => {
  expect(parseExperiment({ engine: 'toy' }).engine).toBe('toy');
  expect(settingsSchema.parse({ engine: 'toy' }).engine).toBe('toy');
  expect(() => settingsSchema.parse({ engine: 'abacus' })).toThrow();
});
