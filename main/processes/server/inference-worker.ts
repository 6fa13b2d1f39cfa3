import { parentPort } from 'node:worker_threads';
import { openEngine } from '../../engine/engine.ts';
import { computeHalves } from './compute.ts';
import { callsOver, type InferenceThread } from './threads.ts';

/** The thread of an offload server that answers sessions for inference, with an engine of its own. */

callsOver<object, InferenceThread>(parentPort!, {
  ...computeHalves(),
  async open({ engine, threads }) {
    await openEngine(engine, { threads });
  },
});
