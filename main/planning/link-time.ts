import { packetBytes, quantumBytes } from '../offload/link/packets.ts';
import type { SharedLink } from '../runs/experiment/experiment.ts';

/** Lateness is integrated over so many places. */
const places = 120;

export type Direction = 'up' | 'down';

/** What a message takes of a link, in seconds. */
export interface Crossing {
  /** How long the channel is taken. */
  readonly transmission: number;
  /** From the end of the transmission to the arrival of all of it. */
  readonly delay: number;
}

/** Bytes of a message at the socket: it is one frame of a WebSocket, masked on the way up. */
export function wireBytes(message: number, direction: Direction): number {
  const length = message < 126 ? 0 : message < 65_536 ? 2 : 8;
  return message + 2 + length + (direction === 'up' ? 4 : 0);
}

/** The expected crossing of a message of so many bytes; null is this machine's own loopback, whose time is the codec's. */
export function crossing(message: number, direction: Direction, link: SharedLink | null): Crossing {
  if (!link) return { transmission: 0, delay: 0 };
  const bytes = wireBytes(message, direction);
  const rate = link[direction] * 125;
  const again = (Math.ceil(bytes / packetBytes) * link.loss) / (1 - link.loss);
  return {
    transmission: (bytes + again * packetBytes) / rate / 1000,
    delay: (link.rttMs / 2 + lateness(bytes, rate, link)) / 1000,
  };
}

/**
 * Milliseconds that jitter and loss are expected to add to the arrival of the last byte. Bytes arrive in order, so a message is as
 * late as the latest of its parts is behind its end: E[max over i of (Lᵢ − Δᵢ)], where part i leaves Δᵢ before the last one and
 * is late by Lᵢ, uniform within the jitter, a round trip more where a packet of it got lost.
 */
function lateness(bytes: number, rate: number, { rttMs, jitterMs, loss }: SharedLink): number {
  if (jitterMs === 0 && loss === 0) return 0;
  const part = Math.min(bytes, quantumBytes(rate));
  const lost = 1 - (1 - loss) ** Math.ceil(part / packetBytes);
  const jitter = jitterMs / 2;
  const least = -Math.min(jitter, rttMs / 2);
  const most = jitter + (loss > 0 ? rttMs : 0);
  const apart = part / rate;
  const parts = Math.min(Math.ceil(bytes / part), Math.floor((most - least) / apart) + 1);
  const within = (late: number): number =>
    late < least ? 0 : jitter === 0 ? 1 : Math.min(1, (late + jitter) / (2 * jitter));
  let expected = least;
  const width = (most - least) / places;
  for (let place = 0; place < places; place++) {
    const late = least + (place + 0.5) * width;
    let allWithin = 1;
    for (let i = 0; i < parts && allWithin > 0; i++) {
      const at = late + i * apart;
      allWithin *= (1 - lost) * within(at) + lost * within(at - rttMs);
    }
    expected += (1 - allWithin) * width;
  }
  return expected;
}
