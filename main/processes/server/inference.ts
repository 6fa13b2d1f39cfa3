import { startThread } from '../../entry.ts';
import {
  callsOver,
  type ComputeThread,
  type Elsewhere,
  type InferenceEngine,
  type InferenceThread,
} from './threads.ts';

/** The thread that computes for sessions with purpose `infer`, beside the one that trains. */
export interface Inference {
  /** Starts it with the first call. Throws what openEngine throws. */
  thread(): Promise<Elsewhere<ComputeThread>>;
  close(): Promise<void>;
}

export function inferenceWith(engine: InferenceEngine): Inference {
  let started: ReturnType<typeof start> | null = null;
  return {
    async thread() {
      started ??= start(engine).catch((error: unknown) => {
        // What kept it from starting may have passed when the next session comes.
        started = null;
        throw error;
      });
      return (await started).calls;
    },
    async close() {
      const running = await started?.catch(() => null);
      await running?.end();
    },
  };
}

async function start(engine: InferenceEngine): Promise<{ calls: Elsewhere<ComputeThread>; end(): Promise<unknown> }> {
  const thread = startThread(import.meta.url, './inference-worker.ts', undefined);
  // What it computes for would wait for ever: the server ends with it, as with its other threads.
  thread.on('error', (error) => {
    throw error;
  });
  const calls = callsOver<InferenceThread, object>(thread, {});
  try {
    await calls.open(engine);
  } catch (error) {
    await thread.terminate();
    throw error;
  }
  return { calls, end: () => thread.terminate() };
}
