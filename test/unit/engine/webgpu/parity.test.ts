import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { readCase } from '../../../parity/case.ts';
import { leastMisses } from '../../../parity/misses.ts';
import { hasWebgpu } from './has-webgpu.ts';

const folder = join(import.meta.dirname, '../../../parity/cases');

describe.skipIf(!(await hasWebgpu()))('parity with the published code on webgpu', () => {
  beforeAll(async () => {
    await openEngine('webgpu');
  });

  it.each([
    { file: 'deprune-after-conv', fold: true },
    { file: 'deprune-image', fold: true },
  ])('$file, adaptive pooling folded: $fold', { timeout: 240_000 }, async ({ file, fold }) => {
    const recorded = await readCase(join(folder, `${file}.safetensors`));
    expect(await leastMisses(recorded, { fold, replays: 16 })).toEqual([]);
  });
});
