import { SluiceError } from '../../errors.ts';
import { openCodecs, type SessionCodecs } from '../codecs/session-codecs.ts';
import { availableCodecs, requireCodecs } from '../codecs/table.ts';
import { createAveraging } from './averaging.ts';
import { openCheckpoints, type CheckpointLimits, type Checkpoints } from './checkpoints.ts';
import { closeCodes, type Connection, type Count } from '../transport/connection.ts';
import type { Purpose, SessionRequest } from '../protocol/control.ts';
import { createHalves, requireSameSession, type SessionHalf } from './halves.ts';
import type { OpenHandler, SessionHandler } from './handler.ts';
import { createPairSession, type PairHalf, type ServedSets } from './pair-session.ts';
import { createSession, type Session } from './session.ts';

export interface SessionLimits extends CheckpointLimits {
  readonly sessions: number;
  /** Connections that have a session. One that comes back to its session is taken whatever their number. */
  readonly clients: number;
  /** Requests that a client may send before their answers. */
  readonly inFlight: number;
  /** How long a session without a connection is kept. */
  readonly idleSeconds: number;
  /** For how long it is kept even when another wants its place. */
  readonly returnSeconds: number;
  /** How long a source waits for the others' batches (`gathered`), and for their client halves (`average`). */
  readonly gatherMs: number;
  readonly averageSeconds: number;
}

export interface SessionsOptions {
  readonly open: OpenHandler;
  /** Of a server for inference alone. */
  readonly sets?: ServedSets | undefined;
  /** Folder of the checkpoints that sources keep here. */
  readonly checkpoints: string;
  readonly limits: SessionLimits;
}

interface Entry {
  readonly request: SessionRequest;
  /** Null in a session with a pair, as the pair is in all others. */
  readonly half: SessionHalf | null;
  readonly pair: PairHalf | null;
  readonly checkpoints: Checkpoints;
  readonly codecs: SessionCodecs;
  readonly since: number;
  session: Session | null;
  connection: Connection | null;
  /** When it lost its connection, by performance.now(); meaningless while it has one. */
  left: number;
  /** Bytes of the connections before. */
  earlier: Count;
  expiry: NodeJS.Timeout | undefined;
}

/** A session as the server's page shows it. */
export interface SessionReport {
  readonly request: SessionRequest;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly connection: Connection | null;
  /** Bytes at the socket, over all its connections. */
  readonly wire: Count;
  readonly steps: number;
  readonly samples: number;
}

/** A timer that is to take longer goes off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** All sessions of a server. */
export interface Sessions {
  /** Opens a session for a connection, or hands it over from the one before. Without one it waits `idleSeconds`. */
  attach(request: SessionRequest, connection: Connection): Promise<{ session: Session; resumed: boolean }>;
  /** Ends a session for good; `done`: the training as well, and the checkpoints go. */
  end(id: string, options?: { readonly done?: boolean }): Promise<void>;
  reports(): SessionReport[];
  count(): number;
  close(): Promise<void>;
}

export function createSessions({ open, sets, checkpoints, limits }: SessionsOptions): Sessions {
  const entries = new Map<string, Entry>();
  const halves = createHalves(openWithRoom, limits);
  /** Sources whose sessions have ended, by run, as long as it has others. */
  const over = new Map<string, Set<number>>();
  const averaging = createAveraging({ awaited: awaitedSources, seconds: limits.averageSeconds });

  function ofRun(run: string, purpose: Purpose): Entry[] {
    return [...entries.values()].filter(({ request }) => request.source.run === run && request.purpose === purpose);
  }

  /** Those that are connected, and those that were not yet: a run's sources do not all come at once. */
  function awaitedSources(run: string): number[] {
    const known = ofRun(run, 'train');
    const connected = new Set(known.filter(({ connection }) => connection).map(({ request }) => request.source.index));
    const seen = new Set([...known.map(({ request }) => request.source.index), ...(over.get(run) ?? [])]);
    const count = Math.max(0, ...known.map(({ request }) => request.source.count));
    return Array.from({ length: count }, (_, index) => index).filter(
      (index) => connected.has(index) || !seen.has(index),
    );
  }

  function create(request: SessionRequest): Entry {
    const { run, index } = request.source;
    requireCodecs(request.codecs, availableCodecs());
    const codecs = openCodecs(request.codecs, request.seed);
    const pair = request.pair ? openPair(request, sets) : null;
    const cleared = Promise.all([endAbandoned(request), makeRoom()]);
    cleared.catch(() => undefined);
    const entry: Entry = {
      request,
      half: pair ? null : halves.halfFor(request, cleared),
      pair,
      checkpoints: openCheckpoints(checkpoints, run, index, limits),
      codecs,
      since: Date.now(),
      session: null,
      connection: null,
      left: 0,
      earlier: { sent: 0, received: 0 },
      expiry: undefined,
    };
    entry.half?.users.add(entry);
    entries.set(request.id, entry);
    return entry;
  }

  /**
   * A source that was started again will not come back for its old session; where none of a run is connected, the
   * whole run was, and begins anew or from a checkpoint. Inference with a run's half and its training leave each other alone.
   */
  function endAbandoned({ purpose, source: { run, index } }: SessionRequest): Promise<unknown> {
    const others = ofRun(run, purpose);
    const goesOn = others.some(({ request, connection }) => request.source.index !== index && connection);
    const abandoned = others.filter(({ request }) => !goesOn || request.source.index === index);
    for (const { connection } of abandoned) {
      connection?.close(closeCodes.takenOver, 'the source opened another session');
    }
    return Promise.all(abandoned.map(({ request }) => end(request.id)));
  }

  /** Throws unless there is a place for one session more: its own, or that of a client that has vanished. */
  function makeRoom(): Promise<unknown> {
    if ([...entries.values()].filter(({ connection }) => connection).length >= limits.clients) {
      throw new SluiceError('limit-clients', `The server has its ${limits.clients} clients. Try again later.`);
    }
    if (entries.size < limits.sessions) return Promise.resolve();
    const vanished = longestVanished();
    if (vanished) return end(vanished.request.id);
    throw new SluiceError(
      'limit-sessions',
      `The server has its ${limits.sessions} sessions. Try again later, or start it with a higher limit.`,
    );
  }

  /** The session that has been without a connection for the longest, and long enough. */
  function longestVanished(): Entry | undefined {
    const before = performance.now() - limits.returnSeconds * 1000;
    const vanished = [...entries.values()].filter(
      (entry) => entry.session && !entry.connection && entry.left <= before,
    );
    return vanished.sort((a, b) => a.left - b.left)[0];
  }

  /** Opens a half; those of clients that have vanished give way to it when memory is short. */
  async function openWithRoom(request: SessionRequest): Promise<SessionHandler> {
    for (;;) {
      try {
        return await open(request);
      } catch (error) {
        const short = error instanceof SluiceError && error.code === 'limit-memory';
        const vanished = short ? longestVanished() : undefined;
        if (!vanished) throw error;
        await end(vanished.request.id);
      }
    }
  }

  function dropConnection(entry: Entry): void {
    const wire = entry.connection?.traffic().wire;
    entry.connection = null;
    if (wire) entry.earlier = added(entry.earlier, wire);
  }

  async function openSession(entry: Entry): Promise<Session> {
    const { codecs, pair } = entry;
    const { inFlight } = limits;
    const { id, purpose, source } = entry.request;
    if (pair) return (entry.session ??= createPairSession({ client: id, half: pair, codecs, inFlight }));
    const half = await entry.half!.trained;
    entry.session ??= createSession({
      half,
      purpose,
      source: source.index,
      inFlight,
      checkpoints: entry.checkpoints,
      codecs,
      average: (request) => averaging.join(source.run, source.index, request),
    });
    return entry.session;
  }

  /** The connection is gone: the session waits `idleSeconds` for another. */
  function detach(id: string, connection: Connection): void {
    const entry = entries.get(id);
    if (entry?.connection !== connection) return;
    dropConnection(entry);
    entry.left = performance.now();
    entry.expiry = setTimeout(() => void end(id), Math.min(longestTimerMs, limits.idleSeconds * 1000)).unref();
    const { purpose, source } = entry.request;
    if (purpose === 'train') averaging.left(source.run);
  }

  async function end(id: string, { done = false } = {}): Promise<void> {
    const entry = entries.get(id);
    if (!entry) return;
    const { purpose, source } = entry.request;
    entries.delete(id);
    clearTimeout(entry.expiry);
    entry.session?.end();
    if (purpose === 'train') {
      over.set(source.run, (over.get(source.run) ?? new Set()).add(source.index));
      if (ofRun(source.run, purpose).length > 0) {
        averaging.left(source.run);
      } else {
        over.delete(source.run);
        averaging.forget(source.run);
      }
    }
    if (entry.half) await halves.leave(entry.half, entry);
    // Inference may have read what a training keeps, which is not done with that.
    if (done && purpose === 'train') await entry.checkpoints.remove();
  }

  return {
    async attach(request, connection) {
      const known = entries.get(request.id);
      if (known) requireSameSession(request, known.request);
      const entry = known ?? create(request);
      clearTimeout(entry.expiry);
      entry.connection?.close(closeCodes.takenOver, 'another connection took the session over');
      dropConnection(entry);
      entry.connection = connection;
      void connection.closed.then(() => detach(request.id, connection));
      try {
        return { session: await openSession(entry), resumed: known !== undefined };
      } catch (error) {
        dropConnection(entry);
        await end(request.id);
        throw error;
      }
    },
    end,
    reports: () =>
      [...entries.values()].map(({ request, since, connection, session, earlier }) => ({
        request,
        since,
        connection,
        wire: connection ? added(earlier, connection.traffic().wire) : earlier,
        ...(session?.done() ?? { steps: 0, samples: 0 }),
      })),
    count: () => entries.size,
    async close() {
      await Promise.all([...entries.keys()].map((id) => end(id)));
    },
  };
}

function added(a: Count, b: Count): Count {
  return { sent: a.sent + b.sent, received: a.received + b.received };
}

function openPair(request: SessionRequest, sets: ServedSets | undefined): PairHalf {
  if (sets) return sets.open(request);
  throw new SluiceError(
    'set-other',
    `The server serves no model set, the session is for one with the SHA-256 ${request.pair?.set}. ` +
      'It is a server for training: one for inference is started with "sluice serve".',
    { path: 'pair.set' },
  );
}
