import { startThread } from '../entry.ts';
import { errorOf } from '../failure.ts';
import { batchesOver } from './ahead.ts';
import { readManifest } from './manifest.ts';
import type { BatchOptions } from './pipeline.ts';
import type { Batch, BatchSource, DatasetInfo, Portion } from './source.ts';
import type { BatchRequest, WorkerReply } from './worker.ts';

export type { BatchOptions } from './pipeline.ts';

/** The thread, seen as functions that promise its answers. */
interface BatchWorker {
  readonly opened: Promise<DatasetInfo>;
  request(portion: Portion, epoch: number, index: number): Promise<Batch>;
  close(): Promise<void>;
}

interface Waiting {
  resolve(batch: Batch): void;
  reject(error: Error): void;
}

function startWorker(options: BatchOptions): BatchWorker {
  const worker = startThread(import.meta.url, './worker.ts', options);
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let ended: Error | undefined;

  const opened = new Promise<DatasetInfo>((resolve, reject) => {
    worker.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'opened') {
        resolve(reply.info);
        return;
      }
      if (reply.kind === 'unopened') {
        reject(errorOf(reply.failure));
        return;
      }
      const asker = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.kind === 'batch') asker?.resolve(reply.batch);
      else asker?.reject(errorOf(reply.failure));
    });
    worker.on('error', (error: Error) => {
      ended = error;
      reject(error);
    });
  });
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      ended ??= new Error('The batch source is closed.');
      for (const asker of waiting.values()) asker.reject(ended);
      resolve();
    });
  });

  return {
    opened,
    request: (portion, epoch, index) => {
      const id = nextId++;
      const batch = new Promise<Batch>((resolve, reject) => {
        if (ended) {
          reject(ended);
          return;
        }
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, portion, epoch, index } satisfies BatchRequest);
      });
      // An iterator that was left early has nobody to hear of an error.
      batch.catch(() => undefined);
      return batch;
    },
    close: () => {
      worker.postMessage('close');
      return exited;
    },
  };
}

/**
 * Opens a data set for training and testing on a thread of its own, which keeps a few batches ahead of the one in
 * use. `info` counts the samples used. Throws when the data set is missing, damaged or has fewer samples than asked
 * for; an error while an image is decoded comes out of the iterator that asked for it.
 */
export async function openBatches(options: BatchOptions): Promise<BatchSource> {
  if (readManifest(options.dataset)?.content === 'files') {
    // On glibc a thread may load the image library only after the main thread has.
    await import('./images.ts');
  }
  const worker = startWorker(options);
  const info = await worker.opened.catch(async (error: unknown) => {
    await worker.close();
    throw error;
  });

  return batchesOver({ info, batchSize: options.batchSize }, worker.request, () => worker.close());
}
