import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { failureOf, type Failure } from '../failure.ts';
import { openPipeline } from './pipeline.ts';
import type { BatchOptions } from './pipeline.ts';
import type { Pipeline } from './prepare.ts';
import type { Batch, DatasetInfo, Portion } from './source.ts';

/** The thread that decodes and augments. It answers one request after the other, the first being to open. */

export interface BatchRequest {
  readonly id: number;
  readonly portion: Portion;
  readonly epoch: number;
  readonly index: number;
}

export type WorkerReply =
  | { readonly kind: 'opened'; readonly info: DatasetInfo }
  | { readonly kind: 'unopened'; readonly failure: Failure }
  | { readonly kind: 'batch'; readonly id: number; readonly batch: Batch }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure };

function serve(port: MessagePort, options: BatchOptions): void {
  const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  let open = true;

  async function answer(pipeline: Pipeline, { id, portion, epoch, index }: BatchRequest): Promise<void> {
    if (!open) return;
    try {
      const batch = await pipeline.prepare(portion, epoch, index);
      reply({ kind: 'batch', id, batch }, [batch.images.buffer, batch.labels.buffer] as ArrayBuffer[]);
    } catch (error) {
      reply({ kind: 'failed', id, failure: failureOf(error) });
    }
  }

  const opening = openPipeline(options);
  opening.then(
    ({ info }) => reply({ kind: 'opened', info }),
    (error: unknown) => reply({ kind: 'unopened', failure: failureOf(error) }),
  );
  let queue: Promise<void> = Promise.resolve();
  port.on('message', (message: BatchRequest | 'close') => {
    if (message === 'close') {
      // The thread ends by itself once the images in the making are done; killing it amid them would crash.
      open = false;
      port.close();
    } else {
      queue = queue.then(async () => answer(await opening, message));
    }
  });
}

if (parentPort) serve(parentPort, workerData as BatchOptions);
