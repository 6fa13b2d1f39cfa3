import { parentPort } from 'node:worker_threads';
import { startOffloadServer, type OffloadServer } from '../../offload/server/server.ts';
import { inferenceWith, type Inference } from './inference.ts';
import { memoryBudget } from './memory.ts';
import { openHalf } from './open-half.ts';
import { watchServer, type ServerStats } from './stats.ts';
import { callsOver, type SocketsThread, type TrainingThread } from './threads.ts';

/** The thread of an offload server that has its sockets and sessions. The halves are on the threads that compute. */

let server: OffloadServer;
let inference: Inference;
let stats: () => ServerStats;

const training = callsOver<TrainingThread, SocketsThread>(parentPort!, {
  async listen({ memoryBytes, sessionBytes, inference: engine, ...options }) {
    const memory = memoryBudget(memoryBytes, sessionBytes);
    inference = inferenceWith(engine);
    let errors = 0;
    server = await startOffloadServer({
      ...options,
      open: async (request) =>
        openHalf(request, memory, request.purpose === 'infer' ? await inference.thread() : training),
      onEvent(event) {
        if (event.kind === 'refused' || event.kind === 'failed') errors++;
        void training.event.asEvent(event);
      },
    });
    stats = watchServer(server, () => errors);
    return server.url;
  },
  stats: () => Promise.resolve(stats()),
  async close() {
    await server.close();
    await inference.close();
  },
});
