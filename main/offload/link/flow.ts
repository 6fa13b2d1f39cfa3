import { PassThrough, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Random } from '../../random.ts';
import { packetBytes, quantaUnderway, quantumBytes } from './packets.ts';

/** A flow books the channel this far ahead, so that a late timer leaves no gap. */
const leadMs = 5;

/** Times are milliseconds of this clock. */
function now(): number {
  return performance.now();
}

/** A channel that carries one transmission at a time: who shares it waits for the others. */
export interface Medium {
  /** Books `duration` from `start`, or from when the channel is free; gives the end. */
  transmit(start: number, duration: number): number;
}

export function createMedium(): Medium {
  let free = 0;
  return { transmit: (start, duration) => (free = Math.max(free, start) + duration) };
}

/** One direction of a link. Its figures may change while it carries. */
export interface Path {
  readonly medium: Medium;
  readonly bytesPerMs: number;
  /** From the end of a transmission to its arrival. */
  readonly delayMs: number;
  /** The delay varies by up to this much either way. */
  readonly jitterMs: number;
  /** Share of packets that take the channel again and arrive a round trip later. */
  readonly loss: number;
  readonly random: Random;
}

interface Underway {
  readonly chunk: Buffer;
  readonly arrival: number;
}

/**
 * Carries everything `from` sends to `to` as the path would, in order, and then ends `to`. Rejects
 * when either side breaks, and leaves it to the caller to destroy both.
 */
export async function carry(from: Duplex, to: Duplex, path: Path, onChunk: (bytes: number) => void): Promise<void> {
  const chunksUnderway = quantaUnderway(path.delayMs + path.jitterMs);
  const underway = new PassThrough({ objectMode: true, highWaterMark: chunksUnderway });
  await pipeline(
    transmitted(from, path, onChunk),
    underway,
    (arriving: AsyncIterable<Underway>) => arrived(arriving, () => underway.readableLength === 0),
    to,
  );
}

/** Books every chunk on the channel and waits until it is nearly through. */
async function* transmitted(from: Duplex, path: Path, onChunk: (bytes: number) => void): AsyncGenerator<Underway> {
  let waiting = false;
  let end = 0;
  for await (const data of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    // What was already here follows without a gap, however late this loop comes round to it.
    const start = waiting ? end : now();
    for (let at = 0, quantum = 0; at < data.length; at += quantum) {
      quantum = quantumBytes(path.bytesPerMs);
      const chunk = data.subarray(at, at + quantum);
      const lost = packetsLost(chunk.length, path);
      end = path.medium.transmit(start, (chunk.length + lost * packetBytes) / path.bytesPerMs);
      onChunk(chunk.length);
      yield { chunk, arrival: end + delay(path, lost > 0) };
      if (end - now() > leadMs) await setTimeout(end - now() - leadMs / 2);
    }
    waiting = from.readableLength > 0;
  }
}

/** Hands chunks over in order, none before it arrives. */
async function* arrived(arriving: AsyncIterable<Underway>, isLast: () => boolean): AsyncGenerator<Buffer> {
  for await (const { chunk, arrival } of arriving) {
    const wait = arrival - now();
    // Only the last of a burst is worth waiting for exactly: the others are followed closely.
    const exact = isLast();
    if (wait > 2) await setTimeout(exact ? wait - 1.5 : wait);
    while (exact && now() < arrival) await nap(arrival - now());
    yield chunk;
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** A look at the sockets, after a short sleep where there is time: timers are a millisecond late, this is not. */
async function nap(left: number): Promise<void> {
  if (left > 0.2) Atomics.wait(never, 0, 0, Math.min(0.1, left - 0.15));
  await setImmediate();
}

/** Milliseconds from the end of a transmission to its arrival; what was sent again comes a round trip later. */
export function delay(
  { delayMs, jitterMs, random }: Pick<Path, 'delayMs' | 'jitterMs' | 'random'>,
  again: boolean,
): number {
  const jitter = jitterMs * (2 * random.uniform() - 1);
  return Math.max(0, delayMs + jitter) + (again ? 2 * delayMs : 0);
}

/** Packets of a chunk that get lost, those that get lost again included. */
export function packetsLost(bytes: number, { loss, random }: Pick<Path, 'loss' | 'random'>): number {
  if (loss === 0) return 0;
  let total = 0;
  for (let sent = Math.ceil(bytes / packetBytes); sent > 0;) {
    let lost = 0;
    for (let i = 0; i < sent; i++) if (random.uniform() < loss) lost++;
    total += lost;
    sent = lost;
  }
  return total;
}
