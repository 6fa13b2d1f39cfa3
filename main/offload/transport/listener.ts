import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { codeOf, messageOf, SluiceError } from '../../errors.ts';
import type { Connection, Count } from './connection.ts';
import { limitUntilFirstMessage } from './early.ts';
import { connectionOver } from './socket.ts';
import { strangers } from './strangers.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** PEM. */
  readonly tls: { readonly cert: string | Buffer; readonly key: string | Buffer } | null;
  /** Of one message. */
  readonly messageBytes: number;
  /** How long a connection may take to become a WebSocket, and a request over HTTP to tell what it is. */
  readonly upgradeSeconds: number;
  /** Answers what comes over HTTP. Without one such requests are told what is here. */
  readonly http?: HttpAnswers | undefined;
}

export interface HttpAnswers {
  /** `known` says that the client is no stranger any more. A client that expects 100-continue has not sent its body yet. */
  answer(request: IncomingMessage, response: ServerResponse, known: () => void): void;
  /** How long a request may take to arrive whole. */
  readonly requestSeconds: number;
}

export interface Listener {
  /** `ws://…` or `wss://…` */
  readonly url: string;
  /** Open connections, whatever they speak. */
  connections(): number;
  /** Bytes at the sockets, of connections that are gone as well. */
  wire(): Count;
  close(): Promise<void>;
}

/** How many connections may be open whose clients have not shown a token. */
const mostStrangers = 64;

/**
 * Accepts WebSockets. They are strangers', who have few places and lose them to those who come after, until `known` is
 * called. Throws `listen-failed`, with what to do, when it cannot listen.
 */
export async function listen(
  options: ListenOptions,
  accept: (connection: Connection, from: string, known: () => void) => void,
): Promise<Listener> {
  const { host, port, tls } = options;
  const server = createServer(options);
  const gone = { sent: 0, received: 0 };
  const wires = new Map<string, Socket>();
  const unknown = strangers<Socket>(mostStrangers, (wire) => wire.destroy());
  server.on('connection', (wire: Socket) => {
    const from = peer(wire);
    wires.set(from, wire.setNoDelay());
    unknown.add(wire, wire.remoteAddress ?? '');
    wire.once('close', () => {
      wires.delete(from);
      gone.sent += wire.bytesWritten;
      gone.received += wire.bytesRead;
      unknown.remove(wire);
    });
  });

  const answer: RequestListener = (request, response) => {
    const wire = wires.get(peer(request.socket));
    options.http?.answer(request, response, () => wire && unknown.remove(wire));
  };
  for (const event of options.http ? ['request', 'checkContinue'] : []) server.on(event, answer);

  const sockets = new WebSocketServer({
    server,
    path: '/',
    maxPayload: options.messageBytes,
    perMessageDeflate: false,
  });
  // Listening that fails is reported below; an accept that fails costs one client, not the server.
  sockets.on('error', () => undefined);
  sockets.on('connection', (socket, request: IncomingMessage) => {
    const from = peer(request.socket);
    // Under TLS the request's socket counts what it decrypted; the one beneath it counts the bytes of the wire.
    const wire = wires.get(from) ?? request.socket;
    limitUntilFirstMessage(request.socket, (first) => socket.once('message', first));
    accept(connectionOver(socket, wire, 'client'), from, () => unknown.remove(wire));
  });

  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new SluiceError(
      'listen-failed',
      `Cannot listen on ${host} port ${port} (${reasonOf(error)}). Choose another host or port.`,
      { cause: error },
    );
  }
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `${tls ? 'wss' : 'ws'}://${name}:${address.port}`,
    connections: () => wires.size,
    wire: () =>
      [...wires.values()].reduce(
        (sum, wire) => ({ sent: sum.sent + wire.bytesWritten, received: sum.received + wire.bytesRead }),
        gone,
      ),
    async close() {
      sockets.close();
      server.close();
      server.closeAllConnections();
      for (const socket of sockets.clients) socket.terminate();
      await once(server, 'close');
    },
  };
}

/** A server that holds no connection for long which never says who it is. */
function createServer({ tls, upgradeSeconds, http }: ListenOptions): HttpServer {
  const patience = Math.ceil(upgradeSeconds * 1000);
  const connectionsCheckingInterval = Math.ceil(patience / 4);
  const requestTimeout = http ? Math.ceil(http.requestSeconds * 1000) : patience;
  const timeouts = { headersTimeout: patience, requestTimeout, connectionsCheckingInterval };
  const listener = http ? undefined : refuseHttp;
  return tls
    ? createHttpsServer({ ...tls, ...timeouts, handshakeTimeout: patience }, listener)
    : createHttpServer(timeouts, listener);
}

function peer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? 'gone'}:${remotePort ?? 0}`;
}

const refuseHttp: RequestListener = (_request, response) => {
  response.writeHead(426, { 'Content-Type': 'text/plain', Upgrade: 'websocket' });
  response.end(
    'This is a Sluice offload server. Connect to it with "sluice run --offload" or another WebSocket client.\n',
  );
};

function reasonOf(error: unknown): string {
  return codeOf(error) === 'EADDRINUSE' ? 'another program listens there' : messageOf(error);
}
