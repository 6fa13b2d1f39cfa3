import { join } from 'node:path';
import type { PackedData } from '../../../data/packed.ts';
import { sha256 } from '../../../digest.ts';
import { messageOf, SluiceError } from '../../../errors.ts';
import { errorOf } from '../../../failure.ts';
import { closeCodes, maxMessageBytes, type Connection } from '../../../offload/transport/connection.ts';
import { decodeControl, encodeControl } from '../../../offload/protocol/control.ts';
import { listen, type HttpAnswers } from '../../../offload/transport/listener.ts';
import { errorMessage } from '../../../offload/server/numbered.ts';
import { isLoopback } from '../../../offload/transport/loopback.ts';
import { newToken, sameToken } from '../../../offload/transport/token.ts';
import { decodeMessage, encodeMessage } from '../../../wire.ts';
import type { Child } from '../../child.ts';
import { fingerprintOf, ownCertificate } from '../../server/certificate.ts';
import type { PageAnswers } from '../../page/device-page.ts';
import type { FromSource, SentData, SourceTask, ToSource } from '../messages.ts';
import { checkMessage } from './check.ts';
import { relay, serverRelay } from './relay.ts';

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
  /** The images of a source that has none of its own, such as a tab of a browser (packData). */
  readonly data?: (task: SourceTask) => Promise<PackedData>;
  /** Answers who comes for the page; requests are told what is here unless given. */
  readonly page?: (token: string) => PageAnswers;
}

/** How a source that is a page names itself. */
const pageSoftware = 'sluice page';

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
  /** Whether that is a tab of a browser. */
  isPage: boolean;
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
  const servers = serverRelay();
  const limits = { messageBytes: maxMessageBytes, upgradeSeconds: helloMs / 1000 };
  const http = options.page && httpOver(options.page(token));
  const listener = await listen({ host, port, tls, http, ...limits }, (connection, _from, known) => {
    void receive(connection, known).catch((error: unknown) => refuse(connection, error));
  });

  async function receive(connection: Connection, known: () => void): Promise<void> {
    const overdue = setTimeout(() => connection.close(closeCodes.noHello), helloMs);
    const hello = decodeControl('hello', await connection.receive().finally(() => clearTimeout(overdue)));
    const server = servers.find(hello.token);
    if (server) {
      known();
      await relay(connection, server);
      return;
    }
    if (!sameToken(hello.token, token)) {
      throw new SluiceError('auth-token', 'The token is wrong. Use the one that the run printed when it started.');
    }
    const seat = [...seats].find((each) => each.connection === null);
    if (!seat) throw new SluiceError('limit-clients', 'The run has all the sources it waits for.');
    known();
    try {
      await sit(seat, connection, hello.software);
    } catch (error) {
      if (!isLoss(error)) options.onRefused(error);
      throw error;
    }
  }

  /** Passes on what a source says, until it has gone. Throws what it is turned away for. */
  async function sit(seat: Seat, connection: Connection, software: string): Promise<void> {
    seat.connection = connection;
    seat.isPage = software === pageSoftware;
    const limits = { messageBytes: maxMessageBytes, idleSeconds: 1, inFlight: 1 };
    connection.send(encodeControl('welcome', { software: 'sluice', engine: 'none', models: [], codecs: [], limits }));
    for (const message of seat.told) connection.send(encodeMessage(forSource(seat, message)));
    void connection.closed.then(({ reason, code }) => {
      if (seat.ready) seat.leave(reason || `connection closed, code ${code}`);
    });
    try {
      for (;;) {
        const message = checkMessage(decodeMessage(await connection.receive()));
        if (message.kind === 'wants-data') connection.send(encodeMessage(await dataFor(seat)));
        else hear(seat, message);
      }
    } finally {
      if (!seat.ready) seat.connection = null;
    }
  }

  /** A page reaches the run's server by way of here. */
  function forSource({ isPage }: Seat, message: ToSource): ToSource {
    if (!isPage || message.kind !== 'task' || !message.task.server) return message;
    const server = { url: '', token: servers.secretFor(message.task.server) };
    return { kind: 'task', task: { ...message.task, server } };
  }

  async function dataFor({ told: [first] }: Seat): Promise<SentData> {
    if (first?.kind !== 'task' || !options.data) {
      throw new SluiceError(
        'message-type',
        'A source asked for images where it has no task, or there are none to give.',
      );
    }
    const data = encodeMessage(await options.data(first.task));
    return { kind: 'data', data, sha256: await sha256(data) };
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
        isPage: false,
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
          seat.connection?.send(encodeMessage(forSource(seat, message)));
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

function httpOver(page: PageAnswers): HttpAnswers {
  return {
    requestSeconds: helloMs / 1000,
    answer(request, response) {
      const { pathname } = new URL(`http://run${request.url ?? '/'}`);
      if (!page(pathname, request, response)) response.writeHead(404).end();
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
