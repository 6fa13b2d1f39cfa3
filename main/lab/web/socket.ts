import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { decodeMessage, encodeMessage } from '../../wire.ts';
import type { Lab } from '../lab.ts';
import { serveWindow, type WindowChannel } from '../window/serve-window.ts';

/** Windows that are connected over WebSocket. */
export interface Sockets {
  /** Answers a request for a connection that was found to be allowed. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** An experiment has some kilobytes; many at once are launched rarely. */
const largestMessage = 8 * 2 ** 20;
/** More than this on its way means that a window is slower than what it is told. */
const muchWaiting = 4 * 2 ** 20;
const pingMs = 30_000;

export function openSockets(lab: Lab): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: largestMessage, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  const pinging = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, pingMs);
  return {
    accept: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (window) => {
        alive.add(window);
        window.on('pong', () => alive.add(window));
        // A frame that is none; the socket closes by itself.
        window.on('error', () => undefined);
        serveWindow(lab, channelOver(window));
      }),
    close: () => {
      clearInterval(pinging);
      for (const socket of server.clients) socket.close(1001);
      server.close();
    },
  };
}

function channelOver(socket: WebSocket): WindowChannel {
  return {
    kind: 'browser',
    post: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message));
    },
    onMessage: (listener) => {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        const message = isBinary ? decoded(data) : undefined;
        if (message === undefined) socket.close(1007, 'not a message');
        else listener(message);
      });
    },
    onClose: (listener) => void socket.once('close', () => listener()),
    busy: () => socket.bufferedAmount > muchWaiting,
    close: () => socket.close(1008, 'not a request'),
  };
}

function decoded(data: RawData): unknown {
  try {
    return decodeMessage(data as Buffer);
  } catch {
    return undefined;
  }
}
