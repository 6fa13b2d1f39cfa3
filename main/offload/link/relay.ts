import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { startThread } from '../../entry.ts';
import { random } from '../../random.ts';
import type { PingRequest } from './ping-worker.ts';
import { carry, createMedium, type Medium, type Path } from './flow.ts';
import type { Link } from './link.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface RelayOptions {
  readonly target: Address;
  readonly link: Link;
  /** Any free one unless given. */
  readonly port?: number | undefined;
  /**
   * The channel that both directions of all connections share, as on Wi-Fi; give the same one to several
   * relays and they share it too. Without it every connection has a channel for each direction.
   */
  readonly medium?: Medium;
  /** Of jitter and loss. */
  readonly seed?: number;
}

/** An emulated link: connections to its address reach the target through it. */
export interface Relay extends Address {
  /** TCP payload carried so far. */
  readonly bytes: { readonly up: number; readonly down: number };
  /** From now on the link is another one, also for the connections there are; what is underway arrives as it would have. */
  change(link: Link): void;
  /** Breaks every connection, as a network that fails. */
  cut(): void;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';

/** Of links with this round-trip time, in milliseconds. */
const overheads = new Map<number, Promise<number>>();

/** What a longer round trip takes more than this one does not matter. */
const longestMeasuredMs = 10;

/**
 * Starts a link on a port of the loopback interface. Its process must not compute, or bytes arrive late.
 * What a round trip takes on this machine anyway is part of the link's round-trip time.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const measured = Math.min(options.link.rttMs, longestMeasuredMs);
  const overhead = overheads.get(measured) ?? measureOverhead(measured);
  overheads.set(measured, overhead);
  return openRelay(options, await overhead);
}

async function openRelay(
  { target, link: first, port = 0, medium, seed = 0 }: RelayOptions,
  overheadMs: number,
): Promise<Relay> {
  let link = first;
  const bytes = { up: 0, down: 0 };
  const cuts = new Set<() => void>();
  let connections = 0;

  function path(direction: 'up' | 'down', connection: number): Path {
    return {
      medium: medium ?? createMedium(),
      get bytesPerMs() {
        return link[direction] * 125;
      },
      get delayMs() {
        return Math.max(0, link.rttMs - overheadMs) / 2;
      },
      get jitterMs() {
        return link.jitterMs / 2;
      },
      get loss() {
        return link.loss;
      },
      random: random(seed, 'link', direction, connection),
    };
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (source) => {
    const sink = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const connection = connections++;
    const cut = (): void => {
      source.resetAndDestroy();
      sink.resetAndDestroy();
    };
    cuts.add(cut);
    void Promise.all([
      carry(source, sink, path('up', connection), (count) => (bytes.up += count)),
      carry(sink, source, path('down', connection), (count) => (bytes.down += count)),
    ])
      .catch(cut)
      .finally(() => cuts.delete(cut));
  });
  const address = await listen(server, port);
  const cutAll = (): void => {
    for (const cut of cuts) cut();
  };
  return {
    ...address,
    bytes,
    change: (next) => (link = next),
    cut: cutAll,
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * By how many milliseconds a round trip through a link with this delay is longer than that: processes wake up, and the longer
 * they slept, the slower. The least of many, as a busy machine only adds to it.
 */
async function measureOverhead(rttMs: number): Promise<number> {
  if (rttMs === 0) return 0;
  const thread = startThread(import.meta.url, './ping-worker.ts', undefined);
  const [port] = (await once(thread, 'message')) as [number];

  async function roundTrips(delayMs: number, pings: number): Promise<number[]> {
    const link: Link = { up: 1e6, down: 1e6, rttMs: delayMs, jitterMs: 0, loss: 0 };
    const relay = await openRelay({ target: { host: loopback, port }, link }, 0);
    thread.postMessage({ port: relay.port, pings } satisfies PingRequest);
    const [times] = (await once(thread, 'message')) as [number[]];
    await relay.close();
    return times;
  }

  await roundTrips(0, 300);
  // The first half is not looked at: what runs for the first time takes longer.
  const pings = Math.max(24, Math.ceil(300 / rttMs));
  const times = (await roundTrips(rttMs, pings)).slice(pings >> 1);
  await thread.terminate();
  return Math.max(0, Math.min(...times) - rttMs);
}

async function listen(server: Server, port: number): Promise<Address> {
  server.listen(port, loopback);
  await once(server, 'listening');
  return { host: loopback, port: (server.address() as AddressInfo).port };
}
