import { join } from 'node:path';
import { openEngine } from '../../../main/engine/engine.ts';
import { startThread } from '../../../main/entry.ts';
import { callsOver } from '../../../main/processes/server/threads.ts';
import type { HalvesThread, ServingThread } from '../../../main/processes/serve/threads.ts';
import { servedPairs, servedSet } from '../../../main/serving/pairs.ts';
import { openSet, serverOf } from '../../../main/sets/open.ts';
import type { BenchServe } from './messages.ts';

/** The server that is measured: serveSet with a way for pictures besides, which are decoded and go to the whole network. */

async function serve({ home, sets: names, threads, batching, token }: BenchServe): Promise<void> {
  process.env['SLUICE_HOME'] = home;
  await openEngine('cpu', { threads });
  const sets = await Promise.all(names.map((name) => openSet(name)));
  const halves = new Map<string, Awaited<ReturnType<typeof serverOf>>>();
  const pairs = sets.flatMap((set) => servedPairs(set, new Map()));
  for (const set of sets) {
    for (const { name, budget } of servedPairs(set, new Map())) halves.set(name, await serverOf(set, budget));
  }
  const thread = startThread(import.meta.url, './sockets-child.ts', undefined);
  const sockets = callsOver<ServingThread, HalvesThread>(thread, {
    infer: (pair, features) => halves.get(pair)!.infer(features),
    event: () => undefined,
  });
  const url = await sockets.listen({
    ...batching,
    host: '127.0.0.1',
    port: 0,
    tls: null,
    token,
    software: 'bench 0',
    engine: 'cpu',
    checkpoints: join(home, 'checkpoints'),
    limits: { inFlight: 1024, clients: 1024, sessions: 1024 },
    sets: sets.map(servedSet),
    pairs,
  });
  process.send?.({ url });
}

process.on('message', (message: BenchServe) => void serve(message));
process.on('disconnect', () => process.exit(0));
