import type { AddressInfo, Server } from 'node:net';
import { parseArgs } from 'node:util';
import { startLinks } from '../../main/processes/link/start.ts';
import { linkPresets, type Link } from '../../main/offload/link/link.ts';
import type { Address } from '../../main/offload/link/relay.ts';
import { roundTripMs, startFarEnd, transferMs } from '../support/far-end.ts';

/**
 * What the emulated links carry by the clock, each through a process of its own: bandwidth as the best of nine transfers
 * of half a second, round-trip time as the lower quartile of a second's, without jitter and loss. `--json` prints one
 * document alone.
 */
const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const TRANSFERS = 9;

const server = await startFarEnd();
const links = [];
for (const [name, link] of Object.entries(linkPresets)) {
  const measured = {
    up: await bandwidth(server, link, 'up'),
    down: await bandwidth(server, link, 'down'),
    rttMs: await roundTrip(server, link),
  };
  links.push({ name, asked: { up: link.up, down: link.down, rttMs: link.rttMs }, measured });
  if (!options.json) {
    const [up, down, rtt] = [measured.up, measured.down, measured.rttMs].map((value) => value.toPrecision(3));
    console.log(`${name}: up ${up} of ${link.up}, down ${down} of ${link.down} Mbit/s, ${rtt} of ${link.rttMs} ms`);
  }
}
server.close();
if (options.json) console.log(JSON.stringify({ links }));

/** Mbit/s. */
async function bandwidth(target: Server, link: Link, direction: 'up' | 'down'): Promise<number> {
  const bytes = Math.round((link[direction] * 1e6) / 8 / 2);
  return through(target, { ...link, rttMs: 0 }, async (address) => {
    const times: number[] = [];
    while (times.length < TRANSFERS) times.push(await transferMs(address, direction, bytes));
    return (bytes * 8) / 1000 / Math.min(...times);
  });
}

async function roundTrip(target: Server, link: Link): Promise<number> {
  const pings = Math.max(TRANSFERS, Math.ceil(1000 / link.rttMs));
  return through(target, link, (address) => roundTripMs(address, pings));
}

async function through(target: Server, link: Link, use: (address: Address) => Promise<number>): Promise<number> {
  const { port } = target.address() as AddressInfo;
  const quiet = { ...link, jitterMs: 0, loss: 0 };
  const emulated = await startLinks({
    target: { host: '127.0.0.1', port },
    link: quiet,
    shared: false,
    count: 1,
    seed: 1,
  });
  try {
    return await use(emulated.addresses[0]);
  } finally {
    await emulated.close();
  }
}
