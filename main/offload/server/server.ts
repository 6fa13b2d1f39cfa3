import { messageOf, SluiceError } from '../../errors.ts';
import { answerRequests } from './answering.ts';
import { availableCodecs } from '../codecs/table.ts';
import { removeOldCheckpoints } from './checkpoints.ts';
import { closeCodes, maxMessageBytes, type Connection, type Count } from '../transport/connection.ts';
import { decodeControl, encodeControl, maxControlBytes, type SessionRequest } from '../protocol/control.ts';
import { readHeader } from '../protocol/header.ts';
import { listen, type ListenOptions } from '../transport/listener.ts';
import { isLoopback } from '../transport/loopback.ts';
import { errorMessage } from './numbered.ts';
import type { ServedSets } from './pair-session.ts';
import type { OpenHandler } from './handler.ts';
import { createSessions, type SessionLimits, type SessionReport, type Sessions } from './sessions.ts';
import { sameToken } from '../transport/token.ts';

export interface ServerLimits extends SessionLimits {
  /** Of one message. */
  readonly messageBytes: number;
  /** How long a client may take to show its token, and then to open its session. */
  readonly helloSeconds: number;
  /** How long a run's checkpoints are kept after the last of them. */
  readonly checkpointDays: number;
}

const gibibyte = 1024 ** 3;
const dayMs = 24 * 3600 * 1000;

export const defaultLimits: ServerLimits = {
  clients: 64,
  sessions: 64,
  inFlight: 16,
  messageBytes: maxMessageBytes,
  checkpointBytes: 2 * gibibyte,
  diskBytes: 20 * gibibyte,
  checkpoints: 3,
  checkpointDays: 30,
  idleSeconds: 600,
  returnSeconds: 30,
  gatherMs: 20,
  averageSeconds: 120,
  helloSeconds: 10,
};

export interface OffloadServerOptions extends Pick<ListenOptions, 'host' | 'port' | 'tls' | 'http'> {
  readonly token: string;
  /** Names the server and its version to clients. */
  readonly software: string;
  /** What it computes with, in words. */
  readonly engine: string;
  /** Names of the zoo. */
  readonly models: readonly string[];
  /** Listen beyond this machine without TLS. */
  readonly insecure?: boolean;
  /** Folder of the checkpoints that data sources keep on the server. */
  readonly checkpoints: string;
  readonly limits?: Partial<ServerLimits>;
  /** Builds the server half a session asks for. */
  readonly open: OpenHandler;
  /** Of a server for inference alone: the model sets it serves. */
  readonly sets?: ServedSets;
  readonly onEvent?: (event: ServerEvent) => void;
}

/** For the log. `from` is the client's address. `failed`: a request could not be done, the session goes on. */
export type ServerEvent =
  | { readonly kind: 'connected' | 'disconnected'; readonly from: string }
  | { readonly kind: 'refused'; readonly from: string; readonly code: string; readonly message: string }
  | { readonly kind: 'opened' | 'resumed' | 'ended'; readonly from: string; readonly session: SessionRequest }
  | {
      readonly kind: 'failed';
      readonly from: string;
      readonly session: SessionRequest;
      readonly code: string;
      readonly message: string;
    };

export interface OffloadServer {
  readonly url: string;
  sessions(): ServedSession[];
  connections(): number;
  /** Bytes at the sockets, of connections that are gone as well. */
  wire(): Count;
  /** Connections that speak HTTP, or have not said what. */
  otherConnections(): number;
  /** Closes all connections and sessions, when what was sent has left. */
  close(): Promise<void>;
}

/** `from` is the client's address, null while it has no connection. */
export type ServedSession = Omit<SessionReport, 'connection'> & { readonly from: string | null };

/** Starts an offload server. Throws `listen-insecure` and `listen-failed`. */
export async function startOffloadServer(options: OffloadServerOptions): Promise<OffloadServer> {
  requireProtected(options);
  const limits = { ...defaultLimits, ...options.limits };
  const removeOld = (): Promise<void> => removeOldCheckpoints(options.checkpoints, limits.checkpointDays);
  await removeOld();
  const sessions = createSessions({ ...options, limits });
  const connections = new Map<Connection, string>();

  const { messageBytes, helloSeconds: upgradeSeconds } = limits;
  const listener = await listen({ ...options, messageBytes, upgradeSeconds }, (connection, from, known) => {
    connections.set(connection, from);
    void connection.closed.then(() => connections.delete(connection));
    options.onEvent?.({ kind: 'connected', from });
    void serve({ connection, from, known }, options, limits, sessions).then(() =>
      options.onEvent?.({ kind: 'disconnected', from }),
    );
  });
  // What cannot be removed today may be tomorrow.
  const daily = setInterval(() => void removeOld().catch(() => undefined), dayMs).unref();
  return {
    url: listener.url,
    sessions: () =>
      sessions.reports().map(({ connection, ...report }) => ({
        ...report,
        from: connection && (connections.get(connection) ?? null),
      })),
    connections: () => connections.size,
    wire: () => listener.wire(),
    otherConnections: () => listener.connections() - connections.size,
    async close() {
      clearInterval(daily);
      for (const connection of connections.keys()) connection.close(closeCodes.stopping, 'the server is stopping');
      await Promise.all([...connections.keys()].map((connection) => connection.flushed()));
      await sessions.close();
      await listener.close();
    },
  };
}

interface Client {
  readonly connection: Connection;
  readonly from: string;
  /** Says that it is no stranger any more. */
  readonly known: () => void;
}

/** Talks with one client until it goes. Never rejects. */
async function serve(
  { connection, from, known }: Client,
  options: OffloadServerOptions,
  limits: ServerLimits,
  sessions: Sessions,
): Promise<void> {
  try {
    await inTime(connection, 'hello', limits, () => greet(connection, options, limits));
    const request = await inTime(connection, 'session', limits, () => receiveSession(connection));
    known();
    const { session, resumed } = await sessions.attach(request, connection);
    options.onEvent?.({ kind: resumed ? 'resumed' : 'opened', from, session: request });
    connection.send(encodeControl('ready', { resumed, sequence: session.last() }));
    const bye = await answerRequests(connection, session, {
      inFlight: limits.inFlight,
      messageBytes: limits.messageBytes,
      onFailed: ({ code, message }) => options.onEvent?.({ kind: 'failed', from, session: request, code, message }),
    });
    await sessions.end(request.id, bye);
    options.onEvent?.({ kind: 'ended', from, session: request });
    connection.close(closeCodes.normal);
  } catch (error) {
    const code = refuse(connection, error);
    if (!code.startsWith('connection-')) options.onEvent?.({ kind: 'refused', from, code, message: messageOf(error) });
  }
}

/** Closes the connection unless the client does what it has to in time. */
async function inTime<T>(
  connection: Connection,
  what: string,
  { helloSeconds }: ServerLimits,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => {
    connection.close(closeCodes.noHello, `no ${what} within ${helloSeconds} seconds`);
  }, helloSeconds * 1000);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

async function receiveSession(connection: Connection): Promise<SessionRequest> {
  return decodeControl('session', await connection.receive());
}

/** The client proves that it knows the token, before anything else is looked at. */
async function greet(connection: Connection, options: OffloadServerOptions, limits: ServerLimits): Promise<void> {
  const message = await connection.receive();
  if (readHeader(message).type !== 'hello') {
    throw new SluiceError('auth-required', 'The first message must be hello, with the token.');
  }
  if (!sameToken(decodeControl('hello', message).token, options.token)) {
    throw new SluiceError('auth-token', 'The token is wrong. Use the one the offload server printed when it started.');
  }
  connection.send(
    encodeControl('welcome', {
      software: options.software,
      engine: options.engine,
      models: [...options.models],
      codecs: availableCodecs(),
      limits: {
        messageBytes: limits.messageBytes,
        idleSeconds: limits.idleSeconds,
        inFlight: limits.inFlight,
      },
      ...(options.sets ? { sets: [...options.sets.list] } : {}),
    }),
  );
}

/** Says why and closes. Gives the error's code. */
function refuse(connection: Connection, error: unknown): string {
  const code = error instanceof SluiceError ? error.code : 'server-failed';
  if (code.startsWith('connection-')) return code;
  connection.send(errorMessage(error));
  const [kind] = code.split('-');
  const closeCode = { auth: closeCodes.auth, limit: closeCodes.limit }[kind] ?? closeCodes.protocol;
  connection.close(closeCode, code);
  return code;
}

function requireProtected({ host, tls, insecure, limits }: OffloadServerOptions): void {
  if (limits?.messageBytes !== undefined && limits.messageBytes < maxControlBytes) {
    throw new SluiceError(
      'limits-invalid',
      `Messages of at most ${limits.messageBytes} bytes are too small: expected at least ${maxControlBytes} (--max-frame ${maxControlBytes / 1024 ** 2}).`,
    );
  }
  if (tls || insecure || isLoopback(host)) return;
  throw new SluiceError(
    'listen-insecure',
    `Host ${host} can be reached from other machines, where token and data would be readable. ` +
      'Add --tls, give a certificate with --tls-cert and --tls-key, or spell out --insecure.',
    { path: 'host' },
  );
}
