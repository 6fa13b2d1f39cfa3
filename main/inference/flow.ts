import type { Expected } from './link-model.ts';

/** Requests between being sent and being answered, on a link that brings them in turn. */
export interface Flow {
  send(size: Size, now: number, expected: SendExpectation): Sent;
  /** Seconds until what was sent so far has left, at so many bytes a second. */
  queueSeconds(now: number, rateUp: number, roundTrip: number): number;
  /** A request that is longer on the way than is likely, taken to be half done; told again once it is twice as late. */
  overdue(now: number, roundTrip: number): Carried[];
}

interface SendExpectation {
  /** Seconds on the way, and at the server. */
  readonly way: Expected;
  readonly server: Expected;
}

interface Size {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

interface Sent {
  /** What its answer tells of the link; null where it overtook another, with which it shared the way. */
  answered(now: number, serverSeconds: number, roundTrip: number): Carried | null;
  lost(): void;
}

/** So many bytes were so many seconds on the way. */
export interface Carried {
  /** It was sent while the way was taken: its time is that of its bytes alone, without the round trip. */
  readonly queued: boolean;
  readonly up: number;
  readonly down: number;
  readonly seconds: number;
}

interface Waiting {
  readonly sentAt: number;
  /** Its own, and those of requests that overtook it. */
  up: number;
  down: number;
  readonly serverSeconds: number;
  /** Seconds after which it is told that it is late. */
  overdueAfter: number;
}

/** Deviations after which an answer is late, and the least seconds. */
const lateDeviations = 3;
const leastLate = 0.005;

export function flow(): Flow {
  const waiting = new Set<Waiting>();
  let lastAnswer = -Infinity;

  /** A request behind another starts when that one's last byte has left, a round trip before its answer came. */
  function carried({ sentAt, up, down }: Waiting, until: number, serverSeconds: number, roundTrip: number): Carried {
    const queued = sentAt < lastAnswer - roundTrip;
    const seconds = until - (queued ? lastAnswer : sentAt + serverSeconds);
    return { queued, up, down, seconds: Math.max(0, seconds) };
  }

  return {
    send({ bytesUp, bytesDown }, now, { way, server }) {
      const late = Math.max(leastLate, lateDeviations * Math.hypot(way.deviation, server.deviation));
      const overdueAfter = way.mean + server.mean + late;
      const one: Waiting = { up: bytesUp, down: bytesDown, sentAt: now, serverSeconds: server.mean, overdueAfter };
      waiting.add(one);
      return {
        answered(at, serverSeconds, roundTrip) {
          waiting.delete(one);
          const [first] = waiting;
          if (first && first.sentAt <= one.sentAt) {
            first.up += one.up;
            first.down += one.down;
            return null;
          }
          const told = carried(one, at, serverSeconds, roundTrip);
          lastAnswer = at;
          return told;
        },
        lost: () => waiting.delete(one),
      };
    },
    queueSeconds(now, rateUp, roundTrip) {
      let clear = lastAnswer - roundTrip;
      for (const { sentAt, up } of waiting) clear = Math.max(clear, sentAt) + up / rateUp;
      return waiting.size === 0 ? 0 : Math.max(0, clear - now);
    },
    overdue(now, roundTrip) {
      // Those behind the first wait for it: their own time has not begun.
      const [first] = waiting;
      if (first === undefined) return [];
      const soFar = now - Math.max(first.sentAt, lastAnswer - roundTrip);
      if (soFar <= first.overdueAfter) return [];
      first.overdueAfter = 2 * soFar;
      const { seconds, ...told } = carried(first, now, first.serverSeconds, roundTrip);
      return [{ ...told, seconds: 2 * seconds }];
    },
  };
}
