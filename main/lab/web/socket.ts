import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { z } from 'zod';
import { limitUntilFirstMessage } from '../../offload/transport/early.ts';
import { strangers } from '../../offload/transport/strangers.ts';
import { decodeMessage, encodeMessage, notLetIn, type LetIn, type Pass } from '../../wire.ts';
import type { Lab } from '../lab.ts';
import { serveWindow, type WindowChannel } from '../window/serve-window.ts';
import type { Access } from './access.ts';
import { idOf } from './sessions.ts';

/** Windows that are connected over WebSocket. */
export interface Sockets {
  /** Answers a request for a connection from a page of the lab. It is let in by its first message. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes those of the browser of this id, or all there are: their sessions are good no longer. */
  shutOut(id?: string): void;
  close(): void;
}

/** An experiment has some kilobytes; many at once are launched rarely. */
const largestMessage = 8 * 2 ** 20;
/** More than this on its way means that a window is slower than what it is told. */
const muchWaiting = 4 * 2 ** 20;
const pingMs = 30_000;
/** Sockets that have not been let in yet: how many, and for how long. */
const mostWaiting = 32;
const waitingMs = 10_000;

const token = z.string().max(100).optional();
const passSchema: z.ZodType<Pass> = z.strictObject({ code: token, session: token });

export function openSockets(lab: Lab, access: Access): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: largestMessage, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  const browsers = new WeakMap<WebSocket, string>();
  const pinging = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, pingMs);
  const waiting = strangers<WebSocket>(mostWaiting, (window) => window.terminate());

  /** The first message says why this window may come in; what follows is for the lab. */
  function letIn(window: WebSocket, data: RawData, isBinary: boolean, headers: IncomingHttpHeaders): void {
    const pass = passSchema.safeParse(isBinary ? decoded(data) : undefined);
    const session = pass.success ? access.letIn(pass.data, headers) : null;
    if (session === null) {
      window.close(notLetIn, 'not let in');
      return;
    }
    const answer: LetIn = { session };
    window.send(encodeMessage(answer));
    const browser = idOf(session);
    browsers.set(window, browser);
    serveWindow(lab, channelOver(window, browser));
  }

  return {
    accept: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (window) => {
        alive.add(window);
        window.on('pong', () => alive.add(window));
        // A frame that is none; the socket closes by itself.
        window.on('error', () => undefined);
        const late = setTimeout(() => window.close(notLetIn, 'nothing said'), waitingMs);
        const settled = (): void => {
          clearTimeout(late);
          waiting.remove(window);
        };
        limitUntilFirstMessage(socket, (first) => window.once('message', first));
        window.once('close', settled);
        window.once('message', (data: RawData, isBinary: boolean) => {
          settled();
          try {
            letIn(window, data, isBinary, request.headers);
          } catch (error) {
            lab.log('a browser could not be let in', error);
            window.close(1011, 'the lab failed');
          }
        });
        waiting.add(window, request.socket.remoteAddress ?? '');
      }),
    shutOut: (id) => {
      for (const socket of server.clients) {
        if (id === undefined || browsers.get(socket) === id) socket.close(notLetIn, 'shut out');
      }
    },
    close: () => {
      clearInterval(pinging);
      for (const socket of server.clients) socket.close(1001);
      server.close();
    },
  };
}

function channelOver(socket: WebSocket, browser: string): WindowChannel {
  return {
    kind: 'browser',
    browser,
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
