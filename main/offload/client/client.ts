import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SluiceError } from '../../errors.ts';
import { requireCodecs } from '../codecs/table.ts';
import { closeCodes, type Connection, type Traffic } from '../transport/connection.ts';
import { decodeControl, encodeControl, type SessionRequest } from '../protocol/control.ts';
import { dial, mayPass, throwIfError, type ServerAddress } from './dial.ts';
import { readHeader, setSequence } from '../protocol/header.ts';
import { createTurns } from '../server/turns.ts';

export interface OffloadClientOptions {
  readonly server: ServerAddress;
  readonly session: SessionRequest;
  /** Names this client and its version to the server. */
  readonly software: string;
  /** How long to try to connect at first, and again after a loss. */
  readonly connectSeconds?: number;
  readonly reconnectSeconds?: number;
  /** Aborted: gives up what it is waiting for. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ClientEvent) => void;
}

export interface ClientEvent {
  readonly kind: 'lost' | 'retry' | 'reconnected';
  readonly message: string;
}

/** A session with an offload server that outlives its connections. */
export interface OffloadClient {
  /** Whether the server knew the session already. */
  readonly resumed: boolean;
  /** The largest message the server takes. */
  readonly messageBytes: number;
  /**
   * Sends a request and gives its answer; over a new connection if need be, and applied once all the same.
   * Throws the error the server answers with, or `session-lost` if it has forgotten the session.
   */
  request(message: Uint8Array): Promise<Uint8Array>;
  /** Sums over all connections so far. */
  traffic(): Traffic;
  /** Ends the session; `done`: the training is, and what the server kept of it goes. */
  close(options?: { readonly done?: boolean }): Promise<void>;
}

interface Attached {
  readonly connection: Connection;
  readonly resumed: boolean;
  /** Number of the last request the server took. */
  readonly sequence: number;
  readonly messageBytes: number;
}

/** Opens a session. */
export async function connectOffload(options: OffloadClientOptions): Promise<OffloadClient> {
  const { connectSeconds = 10, reconnectSeconds = 120, onEvent, signal } = options;
  const connections: Connection[] = [];
  const inTurn = createTurns();

  async function attachWithin(seconds: number): Promise<Attached> {
    const attached = await persist(() => attach(options), seconds, options);
    connections.push(attached.connection);
    return attached;
  }

  const first = await attachWithin(connectSeconds);
  let { connection, sequence } = first;
  signal?.addEventListener('abort', () => {
    connection.close(closeCodes.normal);
  });

  async function reconnect(): Promise<number> {
    onEvent?.({ kind: 'lost', message: 'The connection to the offload server is lost.' });
    const again = await attachWithin(reconnectSeconds);
    if (!again.resumed) {
      again.connection.send(encodeControl('bye', {}));
      throw new SluiceError(
        'session-lost',
        'The offload server no longer knows this session: it was restarted. Resume from a checkpoint.',
      );
    }
    connection = again.connection;
    onEvent?.({ kind: 'reconnected', message: 'The offload server is back.' });
    return again.sequence;
  }

  async function requestNow(message: Uint8Array): Promise<Uint8Array> {
    const number = sequence + 1;
    setSequence(message, number);
    for (;;) {
      signal?.throwIfAborted();
      try {
        connection.send(message);
        const answer = await connection.receive();
        const header = readHeader(answer);
        if (header.sequence === number) sequence = number;
        else if (header.type !== 'error') throw outOfStep(header.sequence, number);
        return throwIfError(answer);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof SluiceError) || error.code !== 'connection-lost') throw error;
        const last = await reconnect();
        if (last !== number && last !== number - 1) throw outOfStep(last, number);
      }
    }
  }

  return {
    resumed: first.resumed,
    messageBytes: first.messageBytes,
    request: (message) => inTurn(() => requestNow(message)),
    traffic: () => total(connections),
    async close({ done } = {}) {
      connection.send(encodeControl('bye', done === undefined ? {} : { done }));
      await connection.closed;
    },
  };
}

async function attach({ server, software, session }: OffloadClientOptions): Promise<Attached> {
  const { connection, welcome } = await dial(server, software);
  try {
    requireCodecs(session.codecs, welcome.codecs);
    connection.send(encodeControl('session', session));
    const ready = decodeControl('ready', throwIfError(await connection.receive()));
    return { connection, ...ready, messageBytes: welcome.limits.messageBytes };
  } catch (error) {
    connection.close(closeCodes.normal);
    throw error;
  }
}

/** Repeats what may pass, with growing pauses, for so many seconds. */
async function persist<T>(
  work: () => Promise<T>,
  seconds: number,
  { signal, onEvent }: OffloadClientOptions,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (let pause = 100; ; pause = Math.min(2 * pause, 5000)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() + pause > end) throw error;
      onEvent?.({ kind: 'retry', message: messageOf(error) });
      // Sources that lost the same server do not come back all at once.
      await sleep(pause * (0.5 + Math.random()), undefined, signal ? { signal } : {});
    }
  }
}

function outOfStep(given: number, expected: number): SluiceError {
  return new SluiceError(
    'sequence-wrong',
    `The offload server is at request ${given} where ${expected} was expected. Resume from a checkpoint.`,
  );
}

function total(connections: readonly Connection[]): Traffic {
  const sum = { messages: { sent: 0, received: 0 }, wire: { sent: 0, received: 0 } };
  for (const connection of connections) {
    const traffic = connection.traffic();
    for (const layer of ['messages', 'wire'] as const) {
      sum[layer].sent += traffic[layer].sent;
      sum[layer].received += traffic[layer].received;
    }
  }
  return sum;
}
