import { describe, expect, it, vi } from 'vitest';
import { openPipeline, type BatchOptions } from '../../../../main/data/pipeline.ts';
import type { Batch, BatchSource, Portion } from '../../../../main/data/source.ts';
import type * as Engine from '../../../../main/engine/engine.ts';
import type { LinksRequest } from '../../../../main/processes/link/messages.ts';
import type { ServeOptions } from '../../../../main/processes/server/serve.ts';
import type * as Client from '../../../../main/offload/client/client.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import type * as Device from '../../../../main/training/device.ts';
import { leaves } from '../../../support/schema-leaves.ts';
import { runRows } from './run-rows.ts';
import { trainingRows } from './training-rows.ts';

/** What is asked of engine, device and images is watched; server and links of a run are stopped at the door. */

vi.mock('../../../../main/engine/engine.ts', async (original) => {
  const [actual, { seen }] = await Promise.all([original<typeof Engine>(), import('./seen.ts')]);
  return {
    ...actual,
    openEngine: (engine: string, { threads }: { threads?: number } = {}) => {
      seen.engines.push({ engine, threads });
      return actual.openEngine('cpu', { threads: 1 });
    },
  };
});

vi.mock('../../../../main/training/device.ts', async (original) => {
  const [actual, { seen }] = await Promise.all([original<typeof Device>(), import('./seen.ts')]);
  return {
    ...actual,
    deviceWith: (share: number) => {
      seen.shares.push(share);
      return actual.deviceWith(1);
    },
  };
});

/** In this thread, without the one that prepares them ahead. */
vi.mock('../../../../main/data/batches.ts', async () => {
  const { seen } = await import('./seen.ts');
  return {
    async openBatches(options: BatchOptions): Promise<BatchSource> {
      const { info, prepare } = await openPipeline(options);
      const counts = { train: info.trainSamples, validation: info.validationSamples ?? 0, test: info.testSamples };
      async function* batches(part: Portion, epoch: number, from: number): AsyncGenerator<Batch> {
        const samples = counts[part];
        for (let index = from; index * options.batchSize < samples; index++) {
          const batch = await prepare(part, epoch, index);
          seen.batches.push({ part, batch });
          yield batch;
        }
      }
      return {
        info,
        batchSize: options.batchSize,
        train: (epoch, from = 0) => batches('train', epoch, from),
        test: () => batches('test', 0, 0),
        ...(info.validationSamples !== undefined && { validation: () => batches('validation', 0, 0) }),
        close: () => Promise.resolve(),
      };
    },
  };
});

vi.mock('../../../../main/offload/client/client.ts', async (original) => {
  const [actual, { seen }] = await Promise.all([original<typeof Client>(), import('./seen.ts')]);
  return {
    ...actual,
    connectOffload: ({ session }: Client.OffloadClientOptions) => {
      seen.sessions.push(session);
      return Promise.reject(new Error('stopped at the session'));
    },
  };
});

vi.mock('../../../../main/processes/server/start.ts', async () => {
  const { seen } = await import('./seen.ts');
  return {
    startServerProcess: (options: ServeOptions) => {
      seen.servers.push(options);
      let end: (how: string) => void;
      const gone = new Promise<string>((resolve) => (end = resolve));
      const close = (): Promise<string> => {
        end('closed');
        return gone;
      };
      return Promise.resolve({ url: 'ws://127.0.0.1:1', token: 'none', pid: 1, engine: 'none', gone, close });
    },
  };
});

vi.mock('../../../../main/processes/link/start.ts', async () => {
  const { seen } = await import('./seen.ts');
  return {
    startLinks: (request: LinksRequest) => {
      seen.links.push(request);
      return Promise.reject(new Error('stopped at the links'));
    },
  };
});

it('there is a row for every field of an experiment, and for nothing else', () => {
  const fields = leaves(jsonSchema(experimentSchema));
  expect([...Object.keys(trainingRows), ...Object.keys(runRows)].sort()).toEqual(fields.sort());
});

describe('a setting reaches the run', () => {
  it.each(Object.entries(runRows))('%s', async (_, check) => {
    await check();
  });
});
