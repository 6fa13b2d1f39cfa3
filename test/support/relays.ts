import type { AddressInfo, Server } from 'node:net';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Link } from '../../main/offload/link/link.ts';
import { startRelay, type Relay, type RelayOptions } from '../../main/offload/link/relay.ts';
import { startFarEnd } from './far-end.ts';

/** A link that takes as good as no time. */
export const fast: Link = { up: 1e5, down: 1e5, rttMs: 0, jitterMs: 0, loss: 0 };

let server: Server;
let relays: Relay[] = [];
beforeAll(async () => {
  server = await startFarEnd();
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  relays = [];
});
afterAll(() => server.close());

/** Closes a relay when the test is over. */
export function closedAfterwards(relay: Relay): Relay {
  relays.push(relay);
  return relay;
}

/** A link to a far end, for one test. */
export async function relayTo(link: Partial<Link>, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const { port } = server.address() as AddressInfo;
  const target = { host: '127.0.0.1', port };
  return closedAfterwards(await startRelay({ target, link: { ...fast, ...link }, ...options }));
}
