import { join } from 'node:path';
import { messageOf, SluiceError } from '../../../errors.ts';
import { errorOf } from '../../../failure.ts';
import { closeCodes, maxMessageBytes, type Connection } from '../../../offload/transport/connection.ts';
import { decodeControl, encodeControl } from '../../../offload/protocol/control.ts';
import { listen } from '../../../offload/transport/listener.ts';
import { errorMessage } from '../../../offload/server/numbered.ts';
import { isLoopback } from '../../../offload/transport/loopback.ts';
import { newToken, sameToken } from '../../../offload/transport/token.ts';
import { decodeMessage, encodeMessage } from '../../../wire.ts';
import type { Child } from '../../child.ts';
import { fingerprintOf, ownCertificate } from '../../server/certificate.ts';
import type { FromSource, ToSource } from '../messages.ts';
import { checkMessage } from './check.ts';

export interface JoinPointOptions {
  /** Of this machine's certificate. */
  readonly home: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Throws what keeps a source out that is ready to train. */
  readonly admit: (source: Ready) => void;
  /** Hears why a source with the token was turned away. */
  readonly onRefused: (error: unknown) => void;
}

type Ready = Extract<FromSource, { kind: 'ready' }>;

/** Where data sources on other machines join a run. */
export interface JoinPoint {
  readonly url: string;
  readonly token: string;
  readonly fingerprint: string | null;
  /** A source's process on whichever machine joins next: what is sent to it waits until then. */
  take(onMessage: (message: FromSource) => void): Child<ToSource>;
  close(): Promise<void>;
}

/** A source that was asked for, and the machine that joined as it. */
interface Seat {
  /** What its source has been told, for whoever is to be told it anew; nothing more once it is ready. */
  readonly told: ToSource[];
  readonly onMessage: (message: FromSource) => void;
  readonly leave: (how: string) => void;
  connection: Connection | null;
  /** Until then another may take its place, and the run does not notice. */
  ready: boolean;
}

const helloMs = 10_000;
const aliveMs = 1000;

/** Listens for sources, encrypted wherever another machine can reach it. */
export async function openJoinPoint(options: JoinPointOptions): Promise<JoinPoint> {
  const { home, host, port } = options;
  const tls = isLoopback(host) ? null : await ownCertificate(join(home, 'offload', 'tls'));
  const token = newToken();
  const seats = new Set<Seat>();
  const limits = { messageBytes: maxMessageBytes, upgradeSeconds: helloMs / 1000 };
  const listener = await listen({ host, port, tls, ...limits }, (connection, _from, known) => {
    void receive(connection, known).catch((error: unknown) => refuse(connection, error));
  });

  async function receive(connection: Connection, known: () => void): Promise<void> {
    const overdue = setTimeout(() => connection.close(closeCodes.noHello), helloMs);
    const hello = decodeControl('hello', await connection.receive().finally(() => clearTimeout(overdue)));
    if (!sameToken(hello.token, token)) {
      throw new SluiceError('auth-token', 'The token is wrong. Use the one that the run printed when it started.');
    }
    const seat = [...seats].find((each) => each.connection === null);
    if (!seat) throw new SluiceError('limit-clients', 'The run has all the sources it waits for.');
    known();
    try {
      await sit(seat, connection);
    } catch (error) {
      if (!isLoss(error)) options.onRefused(error);
      throw error;
    }
  }

  /** Passes on what a source says, until it has gone. Throws what it is turned away for. */
  async function sit(seat: Seat, connection: Connection): Promise<void> {
    seat.connection = connection;
    const limits = { messageBytes: maxMessageBytes, idleSeconds: 1, inFlight: 1 };
    connection.send(encodeControl('welcome', { software: 'sluice', engine: 'none', models: [], codecs: [], limits }));
    for (const message of seat.told) connection.send(encodeMessage(message));
    void connection.closed.then(({ reason, code }) => {
      if (seat.ready) seat.leave(reason || `connection closed, code ${code}`);
    });
    try {
      for (;;) hear(seat, checkMessage(decodeMessage(await connection.receive())));
    } finally {
      if (!seat.ready) seat.connection = null;
    }
  }

  function hear(seat: Seat, message: FromSource): void {
    if (message.kind === 'ready') {
      options.admit(message);
      seat.ready = true;
      seat.told.length = 0;
    } else if (!seat.ready && message.kind === 'failed') throw errorOf(message.failure);
    else if (!seat.ready && message.kind !== 'alive') {
      throw new SluiceError('message-type', `A source sent "${message.kind}" before it was ready.`);
    }
    seat.onMessage(message);
  }

  return {
    url: listener.url,
    token,
    fingerprint: tls && fingerprintOf(tls),
    take(onMessage) {
      let left: (how: string) => void = () => undefined;
      const gone = new Promise<string>((resolve) => (left = resolve));
      // Nobody has joined yet: that is no reason to take it for stuck.
      const alive = setInterval(() => seat.connection === null && onMessage({ kind: 'alive' }), aliveMs);
      const seat: Seat = {
        told: [],
        onMessage,
        connection: null,
        ready: false,
        leave(how) {
          clearInterval(alive);
          seats.delete(seat);
          left(how);
        },
      };
      seats.add(seat);
      return {
        pid: 0,
        gone,
        send(message) {
          if (!seat.ready) seat.told.push(message);
          seat.connection?.send(encodeMessage(message));
        },
        kill() {
          seat.connection?.close(closeCodes.stopping, 'the run let it go');
          seat.leave('let go');
        },
      };
    },
    async close() {
      for (const seat of seats) seat.connection?.close(closeCodes.stopping, 'the run is over');
      await listener.close();
    },
  };
}

function isLoss(error: unknown): boolean {
  return error instanceof SluiceError && error.code.startsWith('connection-');
}

function refuse(connection: Connection, error: unknown): void {
  if (isLoss(error)) return;
  connection.send(errorMessage(error));
  connection.close(closeCodes.protocol, messageOf(error).slice(0, 100));
}
