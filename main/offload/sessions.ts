import { isDeepStrictEqual } from 'node:util';
import { SluiceError } from '../errors.ts';
import { closeCodes, type Connection } from './connection.ts';
import type { Control } from './control.ts';
import { createSession, type Session, type SessionHandler } from './session.ts';
import { createTurns } from './turns.ts';

export type SessionRequest = Control<'session'>;

/** Builds the server half a session asks for. Throws for a model or cut it does not have. */
export type OpenHandler = (request: SessionRequest) => Promise<SessionHandler>;

export interface SessionLimits {
  readonly sessions: number;
  /** How long a session without a connection is kept. */
  readonly idleSeconds: number;
  readonly checkpointBytes: number;
}

/** A server half and the sessions that train it: one, or all sources of a run. */
interface Half {
  readonly request: SessionRequest;
  readonly handler: Promise<SessionHandler>;
  users: number;
}

interface Entry {
  readonly request: SessionRequest;
  readonly half: Half;
  readonly session: Promise<Session>;
  connection: Connection | null;
  expiry: NodeJS.Timeout | undefined;
}

/** All sessions of a server. */
export interface Sessions {
  /** Opens a session for a connection, or hands it over from the one before. */
  attach(request: SessionRequest, connection: Connection): Promise<{ session: Session; resumed: boolean }>;
  /** The connection is gone: the session waits `idleSeconds` for another. */
  detach(id: string, connection: Connection): void;
  /** Ends a session for good. */
  end(id: string): Promise<void>;
  count(): number;
  close(): Promise<void>;
}

export function createSessions(open: OpenHandler, limits: SessionLimits): Sessions {
  const entries = new Map<string, Entry>();
  const shared = new Map<string, Half>();
  const inTurn = createTurns();

  function halfFor(request: SessionRequest): Half {
    const { run, serverHalf } = request.source;
    const existing = serverHalf === 'shared' ? shared.get(run) : undefined;
    if (existing) requireSame(request, existing.request, 'the other sources of its run');
    const half = existing ?? { request, handler: inTurn(() => open(request)), users: 0 };
    if (serverHalf === 'shared') shared.set(run, half);
    half.users++;
    return half;
  }

  async function release({ request, half }: Entry): Promise<void> {
    if (--half.users > 0) return;
    if (shared.get(request.source.run) === half) shared.delete(request.source.run);
    const handler = await half.handler.catch(() => null);
    await handler?.close();
  }

  function create(request: SessionRequest): Entry {
    if (entries.size >= limits.sessions) {
      throw new SluiceError(
        'limit-sessions',
        `The server has its ${limits.sessions} sessions. Try again later, or start it with a higher limit.`,
      );
    }
    const half = halfFor(request);
    const session = half.handler.then((handler) => createSession(handler, inTurn, limits.checkpointBytes));
    const entry: Entry = { request, half, session, connection: null, expiry: undefined };
    entries.set(request.id, entry);
    return entry;
  }

  async function end(id: string): Promise<void> {
    const entry = entries.get(id);
    if (!entry) return;
    entries.delete(id);
    clearTimeout(entry.expiry);
    await inTurn(() => release(entry));
  }

  return {
    async attach(request, connection) {
      const known = entries.get(request.id);
      if (known) requireSame(request, known.request, 'the session it resumes');
      const entry = known ?? create(request);
      clearTimeout(entry.expiry);
      entry.connection?.close(closeCodes.takenOver, 'another connection took the session over');
      entry.connection = connection;
      try {
        return { session: await entry.session, resumed: known !== undefined };
      } catch (error) {
        await end(request.id);
        throw error;
      }
    },
    detach(id, connection) {
      const entry = entries.get(id);
      if (entry?.connection !== connection) return;
      entry.connection = null;
      entry.expiry = setTimeout(() => void end(id), limits.idleSeconds * 1000).unref();
    },
    end,
    count: () => entries.size,
    async close() {
      await Promise.all([...entries.keys()].map(end));
    },
  };
}

function requireSame(request: SessionRequest, other: SessionRequest, whose: string): void {
  for (const member of ['model', 'cut', 'optimiser', 'seed', 'gradient'] as const) {
    if (isDeepStrictEqual(request[member], other[member])) continue;
    throw new SluiceError(
      'session-mismatch',
      `The session's ${member} is ${JSON.stringify(request[member])}, but ${whose} has ${JSON.stringify(other[member])}.`,
      { path: member },
    );
  }
}
