import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { engineNames, engineTable } from '../../../main/engine/choices.ts';
import { diagnoseEngines, openEngine } from '../../../main/engine/engine.ts';
import { biasActivation, conv2d, matMul, spreadMaps, takeMaps } from '../../../main/engine/ops.ts';

const given = process.env.SLUICE_BLAS;

afterEach(() => {
  if (given === undefined) delete process.env.SLUICE_BLAS;
  else process.env.SLUICE_BLAS = given;
});

describe('openEngine', () => {
  it('leaves no listeners for uncaught errors behind', async () => {
    const before = process.listenerCount('uncaughtException');
    await openEngine('cpu');
    expect(process.listenerCount('uncaughtException')).toBe(before);
  });

  it('opens the cpu engine, again with other threads, and says what would make it faster', async () => {
    process.env.SLUICE_BLAS = 'none';
    const engine = await openEngine('cpu', { threads: 2 });
    expect(engine).toMatchObject({ name: 'cpu', detail: 'WebAssembly, 2 threads', threads: 2 });
    expect(engine.advice).toContain('OpenBLAS');
    delete process.env.SLUICE_BLAS;
    const again = await openEngine('cpu', { threads: 1 });
    expect(again.threads).toBe(1);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('finds an engine by itself', async () => {
    const proven = engineTable.filter((engine) => engine.proven).map(({ name }) => name);
    expect(proven).toContain((await openEngine('auto')).name);
  });

  it('refuses a SLUICE_BLAS that is no BLAS, by name', async () => {
    process.env.SLUICE_BLAS = '/no/such/library.so';
    await expect(openEngine('cpu')).rejects.toMatchObject({
      code: 'bad-blas',
      message: expect.stringContaining('/no/such/library.so') as string,
    });
  });

  it.each(['', 'none'])('multiplies right after the memory has grown (SLUICE_BLAS=%s)', async (blas) => {
    if (blas) process.env.SLUICE_BLAS = blas;
    await openEngine('cpu');
    const kept = Array.from({ length: 24 }, () => tf.ones([1024, 1024]));
    const product = matMul({ a: tf.ones([2, 1024]), b: kept[23] as tf.Tensor2D });
    expect(product.dataSync().every((value) => value === 1024)).toBe(true);
    tf.dispose([kept, product]);
  });
});

describe('diagnoseEngines', () => {
  it('tells of each engine whether it is there, or why not and what to do, and leaves the current one', async () => {
    await openEngine('cpu');
    const reports = await diagnoseEngines();
    expect(reports.map(({ name }) => name)).toEqual(engineNames);
    expect(reports[2].available).toBe(true);
    for (const { available, detail, remedy } of reports) {
      expect(detail).not.toBe('');
      if (!available) expect(remedy).toBeDefined();
    }
    expect(tf.getBackend()).toBe('wasm');
  });

  it('reports a broken choice of BLAS instead of failing', async () => {
    process.env.SLUICE_BLAS = '/no/such/library.so';
    expect((await diagnoseEngines())[2]).toMatchObject({ name: 'cpu', available: false });
  });
});

describe('operations of the cpu engine', () => {
  it('refuse what would reach beyond a tensor', async () => {
    await openEngine('cpu');
    const x = tf.ones<tf.Rank.R4>([1, 4, 4, 3]);
    const window = { stride: 1, pad: 1 };
    expect(() => conv2d({ x, filter: tf.ones([3, 3, 4, 2]), window })).toThrow('does not fit');
    expect(() => biasActivation(x, tf.ones([2]), 'relu')).toThrow('expected 3 values');
    expect(() => takeMaps(x, [3])).toThrow(RangeError);
    expect(() => spreadMaps(x, [0, -1, 2], 3)).toThrow(RangeError);
  });
});
