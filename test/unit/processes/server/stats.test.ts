import { expect, it } from 'vitest';
import type { OffloadServer } from '../../../../main/offload/server/server.ts';
import { watchServer } from '../../../../main/processes/server/stats.ts';
import { sessionRequest } from '../../offload/fake-half.ts';

it('what a server received is up, what it sent is down, of each source and of all', () => {
  const session = { request: sessionRequest(), since: 5, steps: 3, samples: 12, from: '10.0.0.7:80' };
  const server = {
    sessions: () => [{ ...session, wire: { sent: 1, received: 20 } }],
    wire: () => ({ sent: 300, received: 4000 }),
    connections: () => 2,
  } as Partial<OffloadServer> as OffloadServer;
  expect(watchServer(server, () => 7)()).toMatchObject({
    connections: 2,
    clients: [{ id: session.request.id, address: '10.0.0.7:80', steps: 3, bytesUp: 20, bytesDown: 1 }],
    totals: { bytesUp: 4000, bytesDown: 300, errors: 7 },
  });
});
