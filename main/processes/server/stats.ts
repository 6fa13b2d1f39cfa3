import type { OffloadServer } from '../../offload/server/server.ts';

/** A data source that trains with the server. */
export interface ServedSource {
  /** Of its session. */
  readonly id: string;
  /** Null while it has no connection. */
  readonly address: string | null;
  readonly run: string;
  readonly source: number;
  readonly model: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly steps: number;
  readonly samplesPerSecond: number;
  /** At the socket, from the source and to it. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface ServerStats {
  readonly connections: number;
  readonly clients: readonly ServedSource[];
  /** Of all there were: bytes at the sockets, and failures that were told to clients. */
  readonly totals: { readonly bytesUp: number; readonly bytesDown: number; readonly errors: number };
}

interface Pace {
  readonly samples: number;
  readonly at: number;
  readonly rate: number;
}

const paceMs = 1000;

/** What a server does now, each time it is asked; rates are those of the last second. */
export function watchServer(server: OffloadServer, errors: () => number): () => ServerStats {
  let paces = new Map<string, Pace>();

  function pace(id: string, samples: number): Pace {
    const now = performance.now();
    const before = paces.get(id) ?? { samples, at: now, rate: 0 };
    const seconds = (now - before.at) / 1000;
    if (seconds * 1000 < paceMs) return before;
    return { samples, at: now, rate: (samples - before.samples) / seconds };
  }

  return () => {
    const sessions = server.sessions();
    paces = new Map(sessions.map(({ request: { id }, samples }) => [id, pace(id, samples)]));
    const { sent, received } = server.wire();
    return {
      connections: server.connections(),
      clients: sessions.map(({ request, from, since, steps, wire }) => ({
        id: request.id,
        address: from,
        run: request.source.run,
        source: request.source.index,
        model: request.model.name,
        since,
        steps,
        samplesPerSecond: paces.get(request.id)?.rate ?? 0,
        bytesUp: wire.received,
        bytesDown: wire.sent,
      })),
      totals: { bytesUp: received, bytesDown: sent, errors: errors() },
    };
  };
}
