import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { engineChoices, type EngineChoice } from '../../main/engine/choices.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { readCase, type ParityCase } from './case.ts';
import { replay, type Agreement } from './replay.ts';

/**
 * Numbers recorded from the authors' PyTorch code, step by step; errors are relative to the largest magnitude of each
 * tensor. Sums in another order differ by 1e-7, and that is what most runs end with. But a value between two float16
 * numbers, or a ReLU's input next to 0, may then fall on the other side, and a few steps carry one such fall to 1e-3
 * and beyond; which values fall depends on the last bits of the weights and on the order in which a library adds. So a
 * case may be replayed from weights moved in their last bits, and one replay must follow the recording without a fall,
 * to tolerances that a wrong formula misses in every replay (the second half of this file).
 */
const replays = 64;
const lossTolerance = 1e-5;
const tensorTolerance = 1e-3;

const folder = process.env.SLUICE_PARITY_DIR ?? join(import.meta.dirname, 'cases');
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
const cases = files.flatMap((file) => [
  { file, fold: false },
  { file, fold: true },
]);

/** On the engine that must be there, else on the one that is everywhere. */
async function openChosen(): Promise<void> {
  const asked = process.env.SLUICE_REQUIRE_ENGINE ?? 'cpu';
  expect(engineChoices).toContain(asked);
  await openEngine(asked as EngineChoice);
}

describe('parity with the published code', () => {
  beforeAll(openChosen);

  it('has cases to compare with', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(cases)('$file, adaptive pooling folded: $fold', { timeout: 120_000 }, async ({ file, fold }) => {
    expect(await leastMisses(await readCase(join(folder, file)), { fold, replays })).toEqual([]);
  });
});

type Wrong = (recorded: ParityCase) => ParityCase;

const withSettings =
  (change: (settings: ParityCase['settings']) => Partial<ParityCase['settings']>): Wrong =>
  (recorded) => ({ ...recorded, settings: { ...recorded.settings, ...change(recorded.settings) } });

/** Small errors in the mathematics, each as a change of what a case is replayed with. */
const wrong: Readonly<Record<string, Wrong>> = {
  'δ larger by a percent': withSettings(({ delta }) => ({ delta: delta * 1.01 })),
  'ε smaller by a percent': withSettings(({ epsilon }) => ({ epsilon: epsilon * 0.99 })),
  'no λ': withSettings(() => ({ lam: 0 })),
  'a learning rate larger by a percent': withSettings(({ optimizer }) => ({
    optimizer: { ...optimizer, lr: optimizer.lr * 1.01 },
  })),
  'no weight decay': withSettings(({ optimizer }) => ({ optimizer: { ...optimizer, weight_decay: 0 } })),
  'one map more in gated steps': (recorded) => ({
    ...recorded,
    steps: recorded.steps.map((step) => (step.mode === 'gated' ? { ...step, budget: step.budget + 1 } : step)),
  }),
};

/** Its effect is below the tolerances but where a value falls on another side for it, as in these cases. */
const roundedGradient: Wrong = (recorded) => ({ ...recorded, method: 'prune' });

const wrongCases = [
  ...['deprune-vgg-r1', 'prune-vgg-r1'].flatMap((file) =>
    Object.entries(wrong).map(([name, change]) => ({ file, name, change })),
  ),
  ...['deprune-vgg-r2', 'deprune-vgg-r3'].map((file) => ({
    file,
    name: 'a gradient rounded to float16',
    change: roundedGradient,
  })),
];

describe('a wrong formula is seen', () => {
  beforeAll(openChosen);

  it.each(wrongCases)('$name, $file', { timeout: 120_000 }, async ({ file, change }) => {
    const recorded = change(await readCase(join(import.meta.dirname, 'cases', `${file}.safetensors`)));
    expect(await leastMisses(recorded, { fold: true, replays: 6 })).not.toEqual([]);
  });
});

/** What no replay meets: nothing, as soon as one follows the recording. */
async function leastMisses(
  recorded: ParityCase,
  options: { readonly fold: boolean; readonly replays: number },
): Promise<string[]> {
  let misses: string[] = [];
  for (let nudge = 0; nudge < options.replays; nudge++) {
    misses = missed(await replay(recorded, { fold: options.fold, nudge }));
    if (misses.length === 0) break;
  }
  return misses;
}

function missed({ losses, tensors }: Agreement): string[] {
  const over = (errors: Map<string, number>, tolerance: number): string[] =>
    [...errors]
      .filter(([, error]) => !(error < tolerance))
      .map(([name, error]) => `${name}: ${error.toExponential(1)}`);
  return [...over(losses, lossTolerance), ...over(tensors, tensorTolerance)];
}
