import { on } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { type RawData } from 'ws';
import { closeCodes, lost, type Closed, type Connection } from './connection.ts';

const heartbeatMs = 10_000;

/**
 * A connection is cut when so many heartbeats in a row brought not one byte. A server answers whatever it computes; a
 * device that computes does not.
 */
const silentHeartbeats = { server: 3, client: 30 } as const;
/** How long the other side may take to answer a close. */
const closingMs = 2000;

/** Takes over an open WebSocket to `other`; `wire` is the TCP socket beneath it (and beneath TLS). */
export function connectionOver(socket: WebSocket, wire: Socket, other: keyof typeof silentHeartbeats): Connection {
  const messages = { sent: 0, received: 0 };
  // What nobody has asked for yet stays in the sender's buffers.
  const incoming = on(socket, 'message', { close: ['close'], highWaterMark: 1, lowWaterMark: 1 });
  // The reason follows in `close`.
  socket.on('error', () => undefined);
  let sent: Promise<void> = Promise.resolve();
  const heartbeat = startHeartbeat(socket, wire, silentHeartbeats[other]);
  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', (code, reason) => {
      clearInterval(heartbeat);
      resolve({ code, reason: reason.toString() });
    });
  });

  function close(code: number, reason?: string): void {
    socket.resume();
    socket.close(code, reason);
    setTimeout(() => {
      socket.terminate();
    }, closingMs).unref();
  }

  return {
    closed,
    close,
    send(message) {
      messages.sent += message.length;
      sent = new Promise((resolve) => socket.send(message, () => resolve()));
    },
    flushed: () => sent,
    async receive() {
      const next = await incoming.next().catch(() => ({ done: true as const, value: undefined }));
      if (next.done) throw lost(await closed);
      const [data, isBinary] = next.value as [RawData, boolean];
      if (!isBinary) {
        close(closeCodes.textMessage, 'messages are binary');
        throw lost(await closed);
      }
      const { buffer, byteOffset, length } = data as Buffer;
      messages.received += length;
      return new Uint8Array(buffer, byteOffset, length);
    },
    traffic: () => ({ messages: { ...messages }, wire: { sent: wire.bytesWritten, received: wire.bytesRead } }),
  };
}

function startHeartbeat(socket: WebSocket, wire: Socket, mostSilent: number): NodeJS.Timeout {
  let heard = 0;
  let silent = 0;
  return setInterval(() => {
    silent = wire.bytesRead === heard ? silent + 1 : 0;
    heard = wire.bytesRead;
    if (silent >= mostSilent) socket.terminate();
    else socket.ping();
  }, heartbeatMs);
}
