import { parentPort } from 'node:worker_threads';
import { devicePage } from '../page/device-page.ts';
import { setContent } from '../page/set-content.ts';
import { startServing, type Serving } from '../../serving/server.ts';
import { callsOver } from '../server/threads.ts';
import type { HalvesThread, ServingThread } from './threads.ts';

/** The thread of a server for inference that has its sockets, and joins requests to batches. */

let serving: Serving;

const halves = callsOver<HalvesThread, ServingThread>(parentPort!, {
  async listen({ page, ...options }) {
    serving = await startServing({
      ...options,
      ...(page ? { otherPaths: devicePage({ token: options.token, content: setContent(page) }) } : {}),
      infer: (pair, features) => halves.infer(pair, features),
      onEvent: (event) => void halves.event.asEvent(event),
    });
    return serving.url;
  },
  stats: () => serving.stats(),
  async close() {
    await serving.drain();
    await serving.close();
  },
});
