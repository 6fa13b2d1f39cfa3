import { startRelay, type Relay } from '../../offload/link/relay.ts';
import { failureOf } from '../../failure.ts';
import type { FromLinks, LinksRequest, ToLinks } from './messages.ts';
import { relaysFor } from './relays.ts';

/**
 * The process of a run's emulated links. Nothing else is computed in it, so that bytes arrive when they should. SIGUSR2
 * breaks all their connections, as a network that fails.
 */

let relays: readonly Relay[] = [];

function tell(message: FromLinks): void {
  if (process.connected) process.send?.(message);
}

async function open(request: LinksRequest): Promise<void> {
  try {
    relays = await Promise.all(relaysFor(request).map(startRelay));
    tell({ kind: 'ready', addresses: relays.map(({ host, port }) => ({ host, port })) });
  } catch (error) {
    tell({ kind: 'failed', failure: failureOf(error) });
  }
}

process.on('message', (message: ToLinks) => {
  if ('change' in message) relays.forEach((relay) => relay.change(message.change));
  else void open(message);
});
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
if (process.platform !== 'win32') process.on('SIGUSR2', () => relays.forEach((relay) => relay.cut()));
