import { describe, expect, it, vi } from 'vitest';
import type * as batches from '../../../../main/data/batches.ts';
import type { Batch, BatchSource } from '../../../../main/data/source.ts';
import { superviseHere } from '../../../../main/processes/run/supervise.ts';
import { batchesOf } from '../../../../main/processes/source/part.ts';
import { work } from '../../../../main/processes/source/work.ts';
import { performRun } from '../../../../main/runs/life/perform.ts';
import { createRun } from '../../../support/network-runs.ts';
import { experiment } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

describe('the images of a source', () => {
  const dataset = { name: 'cifar10', trainSamples: 500, testSamples: 100, augment: false };

  it('are those that the experiment asks for, drawn by the seed of the run', () => {
    expect(batchesOf({ experiment: experiment({ dataset, batchSize: 8 }), seed: 3, index: 0 })).toEqual({
      dataset: 'cifar10',
      trainSamples: 500,
      testSamples: 100,
      augment: false,
      batchSize: 8,
      seed: 3,
      shard: undefined,
    });
    expect(batchesOf({ experiment: experiment(), seed: 3, index: 0 }).augment).toBe(true);
  });

  it('are its shard where there are several, by skew and seed', () => {
    const sources = { count: 4, skew: 0.5 };
    expect(batchesOf({ experiment: experiment({ sources }), seed: 3, index: 2 }).shard).toEqual({
      ...sources,
      index: 2,
      seed: 3,
    });
  });
});

const cause = new Error('image 7 of data_batch_1.bin is cut short');
const closed = vi.fn();

/** The data set as it is, whose third batch cannot be read. */
vi.mock('../../../../main/data/batches.ts', async (original) => {
  const actual = await original<typeof batches>();
  return {
    ...actual,
    async openBatches(...given: Parameters<typeof actual.openBatches>): Promise<BatchSource> {
      const source = await actual.openBatches(...given);
      return {
        ...source,
        async *train(...place): AsyncGenerator<Batch> {
          let count = 0;
          for await (const batch of source.train(...place)) {
            if (++count === 3) throw cause;
            yield batch;
          }
        },
        async close() {
          await source.close();
          closed();
        },
      };
    },
  };
});

describe('a data source whose images cannot be read', () => {
  it('closes its data and ends the run with that very error, after the steps before it', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { processes: 'one' });
    const run = performRun(store, id, (session) => superviseHere(session, work));
    await expect(run).rejects.toBe(cause);
    expect(closed).toHaveBeenCalledOnce();
    expect(store.find(id)).toMatchObject({ status: 'failed', error: cause.message });
    expect(store.stepCount(id)).toBe(2);
  });
});
