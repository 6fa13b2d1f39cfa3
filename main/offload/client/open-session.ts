import { messageOf, SluiceError } from '../../errors.ts';
import { sleep } from '../../pause.ts';
import { requireCodecs } from '../codecs/table.ts';
import { closeCodes, type Connection, type Traffic } from '../transport/connection.ts';
import { decodeControl, encodeControl, type SessionRequest } from '../protocol/control.ts';
import { mayPass, throwIfError, type Dial, type ServerAddress } from './greeting.ts';
import { createOutstanding } from './outstanding.ts';

export interface OffloadClientOptions {
  readonly server: ServerAddress;
  readonly session: SessionRequest;
  /** Names this client and its version to the server. */
  readonly software: string;
  /** How long to try to connect at first, and again after a loss. */
  readonly connectSeconds?: number;
  readonly reconnectSeconds?: number;
  /** How long to wait for the server's end of the session after `bye`. */
  readonly farewellSeconds?: number;
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
  /** What the server computes with, as it says. */
  readonly engine: string;
  /** The largest message the server takes. */
  readonly messageBytes: number;
  /**
   * Sends a request and gives its answer; over a new connection if need be, and applied once all the same. Several may be
   * asked for at once: they are sent in this order, no more before their answers than the server allows. The message is
   * the client's until then.
   * Throws the error the server answers with, or `session-lost` if it has forgotten the session.
   */
  request(message: Uint8Array): Promise<Uint8Array>;
  /** Sums over all connections so far. */
  traffic(): Traffic;
  /**
   * Ends the session; `done`: the training is, and what the server kept of it goes. Never throws, and a server that does not
   * answer is not waited for: why the session ends is what counts.
   */
  close(options?: { readonly done?: boolean }): Promise<void>;
}

interface Attached {
  readonly connection: Connection;
  readonly resumed: boolean;
  readonly engine: string;
  /** Number of the last request the server took. */
  readonly sequence: number;
  readonly messageBytes: number;
  readonly inFlight: number;
}

/** Opens a session over connections that `dial` makes. */
export async function openSession(options: OffloadClientOptions, dial: Dial): Promise<OffloadClient> {
  const { connectSeconds = 10, reconnectSeconds = 120, farewellSeconds = 3, onEvent, signal } = options;
  const connections: Connection[] = [];

  async function attachWithin(seconds: number): Promise<Attached> {
    const attached = await persist(() => attach(options, dial), seconds, options);
    connections.push(attached.connection);
    return attached;
  }

  const first = await attachWithin(connectSeconds);
  const outstanding = createOutstanding(first.sequence, first.inFlight);
  let { connection } = first;
  let talking = false;
  let attached = true;
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

  function send(messages: readonly Uint8Array[]): void {
    for (const message of messages) connection.send(message);
  }

  /** What was sent goes first over the new connection: what is asked for meanwhile waits. */
  async function sendAgain(): Promise<void> {
    attached = false;
    const lastTaken = await reconnect();
    send(outstanding.again(lastTaken));
    attached = true;
  }

  /** Sends and receives until nothing is without its answer. */
  async function talk(): Promise<void> {
    talking = true;
    try {
      signal?.throwIfAborted();
      send(outstanding.next());
      while (outstanding.any()) {
        try {
          outstanding.settle(await connection.receive());
        } catch (error) {
          signal?.throwIfAborted();
          if (!(error instanceof SluiceError) || error.code !== 'connection-lost') throw error;
          await sendAgain();
        }
        send(outstanding.next());
      }
    } catch (error) {
      attached = true;
      outstanding.fail(error);
    }
    talking = false;
  }

  function request(message: Uint8Array): Promise<Uint8Array> {
    const answer = outstanding.add(message);
    if (!talking) void talk();
    else if (attached) send(outstanding.next());
    return answer;
  }

  return {
    resumed: first.resumed,
    engine: first.engine,
    messageBytes: first.messageBytes,
    request,
    traffic: () => total(connections),
    async close({ done } = {}) {
      connection.send(encodeControl('bye', done === undefined ? {} : { done }));
      const overdue = setTimeout(() => connection.close(closeCodes.normal), farewellSeconds * 1000);
      await connection.closed;
      clearTimeout(overdue);
    },
  };
}

async function attach({ server, software, session }: OffloadClientOptions, dial: Dial): Promise<Attached> {
  const { connection, welcome } = await dial(server, software);
  try {
    requireCodecs(session.codecs, welcome.codecs);
    connection.send(encodeControl('session', session));
    const ready = decodeControl('ready', throwIfError(await connection.receive()));
    const { messageBytes, inFlight } = welcome.limits;
    return { connection, ...ready, engine: welcome.engine, messageBytes, inFlight };
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
      await sleep(pause * (0.5 + Math.random()), signal);
    }
  }
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
