import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import { readCase } from './case.ts';
import { replay, type Agreement } from './replay.ts';

/**
 * Numbers recorded from the authors' PyTorch code, step by step; errors are relative to the largest magnitude of each
 * tensor. Sums in another order differ by 1e-7, and that is what most runs end with. But a value between two float16
 * numbers, or a ReLU's input next to 0, may then fall on the other side, and a few steps carry one such fall to 1e-3
 * and beyond; which values fall depends on the last bit of the weights. So a case may be replayed from weights moved in
 * their last bit, and one replay must follow the recording without a fall, to tolerances that a wrong formula
 * (a gradient rounded that should not be, a mask before the cast) misses in every replay.
 */
const replays = 16;
const lossTolerance = 1e-5;
const tensorTolerance = 1e-3;

const folder = process.env.SLUICE_PARITY_DIR ?? join(import.meta.dirname, 'cases');
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
const cases = files.flatMap((file) => [
  { file, fold: false },
  { file, fold: true },
]);

describe('parity with the published code', () => {
  beforeAll(async () => {
    await openEngine('cpu');
  });

  it('has cases to compare with', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(cases)('$file, adaptive pooling folded: $fold', { timeout: 120_000 }, async ({ file, fold }) => {
    const recorded = await readCase(join(folder, file));
    let misses: string[] = [];
    for (let nudge = 0; nudge < replays; nudge++) {
      misses = missed(await replay(recorded, { fold, nudge }));
      if (misses.length === 0) break;
    }
    expect(misses).toEqual([]);
  });
});

function missed({ losses, tensors }: Agreement): string[] {
  const over = (errors: Map<string, number>, tolerance: number): string[] =>
    [...errors]
      .filter(([, error]) => !(error < tolerance))
      .map(([name, error]) => `${name}: ${error.toExponential(1)}`);
  return [...over(losses, lossTolerance), ...over(tensors, tensorTolerance)];
}
