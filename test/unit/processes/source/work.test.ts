import { describe, expect, it, vi } from 'vitest';
import type * as batches from '../../../../main/data/batches.ts';
import type { Batch, BatchSource } from '../../../../main/data/source.ts';
import { superviseHere } from '../../../../main/processes/run/supervise.ts';
import { work } from '../../../../main/processes/source/work.ts';
import { performRun } from '../../../../main/runs/life/perform.ts';
import { createRun } from '../../../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

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
