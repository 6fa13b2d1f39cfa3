import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { sumRows } from '../../../main/engine/ops.ts';

describe('the memory of the cpu engine', () => {
  it('ends in an error that says what to do, and leaves the engine working', async () => {
    await openEngine('cpu');
    const outOfMemory = expect.objectContaining({ code: 'out-of-memory' }) as Error;
    // Memory that is asked for and not touched costs the machine nothing.
    const backend = tf.backend() as unknown as { makeOutput(shape: number[], dtype: string): unknown };
    expect(() => backend.makeOutput([2 ** 30 + 1], 'float32')).toThrow(outOfMemory);
    expect(() => [1, 2].map(() => backend.makeOutput([700_000_000], 'float32'))).toThrow(outOfMemory);
    expect(sumRows(tf.tensor2d([1, 2, 3, 4], [2, 2])).arraySync()).toEqual([4, 6]);
  });
});
