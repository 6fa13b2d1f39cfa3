import { randomUUID } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { startOffloadServer, type OffloadServer } from '../../offload/server/server.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import type { BuiltHalf } from './build-half.ts';
import { memoryBudget } from './memory.ts';
import { openHalf } from './open-half.ts';
import { watchServer, type ServerStats } from './stats.ts';
import { callsOver, type ComputeThread, type SocketsThread } from './threads.ts';

/** The thread of an offload server that has its sockets and sessions. The halves are the other thread's. */

let server: OffloadServer;
let stats: () => ServerStats;

const compute = callsOver<ComputeThread, SocketsThread>(parentPort!, {
  async listen({ memoryBytes, ...options }) {
    const memory = memoryBudget(memoryBytes);
    let errors = 0;
    server = await startOffloadServer({
      ...options,
      open: (request) => openHalf(request, memory, buildThere),
      onEvent(event) {
        if (event.kind === 'refused' || event.kind === 'failed') errors++;
        void compute.event.asEvent(event);
      },
    });
    stats = watchServer(server, () => errors);
    return server.url;
  },
  stats: () => Promise.resolve(stats()),
  close: () => server.close(),
});

/** A half that the other thread builds and asks. */
async function buildThere(request: SessionRequest): Promise<BuiltHalf> {
  const id = randomUUID();
  await compute.build(id, request);
  const asking =
    <Name extends keyof BuiltHalf>(name: Name) =>
    (...args: Parameters<BuiltHalf[Name]>) =>
      compute.ask(id, name, args) as ReturnType<BuiltHalf[Name]>;
  return {
    step: asking('step'),
    stepTogether: asking('stepTogether'),
    evaluate: asking('evaluate'),
    infer: asking('infer'),
    resetOptimiser: asking('resetOptimiser'),
    read: asking('read'),
    write: asking('write'),
    close: asking('close'),
  };
}
