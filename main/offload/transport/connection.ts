import { on } from 'node:events';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { type RawData } from 'ws';
import { SluiceError } from '../../errors.ts';

/** Why a connection ends. docs/protocol.md lists them for other clients. */
export const closeCodes = {
  normal: 1000,
  stopping: 1001,
  textMessage: 1003,
  tooLarge: 1009,
  protocol: 4400,
  auth: 4401,
  noHello: 4408,
  takenOver: 4409,
  limit: 4429,
} as const;

/** What a side takes in one message unless told otherwise. */
export const maxMessageBytes = 256 * 1024 * 1024;

const heartbeatMs = 10_000;

/**
 * A connection is cut when so many heartbeats in a row brought not one byte. A server answers whatever it computes; a
 * device that computes does not.
 */
const silentHeartbeats = { server: 3, client: 30 } as const;
/** How long the other side may take to answer a close. */
const closingMs = 2000;

export interface Count {
  readonly sent: number;
  readonly received: number;
}

export interface Traffic {
  /** Bytes of messages. */
  readonly messages: Count;
  /** Bytes the TCP socket carried: WebSocket frames, TLS records, handshakes and heartbeats included. */
  readonly wire: Count;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A channel of whole messages over a WebSocket. */
export interface Connection {
  send(message: Uint8Array): void;
  /** Resolves when all that was sent has left this process, or never will. */
  flushed(): Promise<void>;
  /**
   * The next message. When the connection has ended and no message is left, rejects with `connection-lost`, or
   * with `connection-ended` if there is no point in connecting again.
   */
  receive(): Promise<Uint8Array>;
  traffic(): Traffic;
  close(code: number, reason?: string): void;
  readonly closed: Promise<Closed>;
}

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

/** Ends after which connecting again would only end the same way. */
const finalEnds: Readonly<Record<number, string>> = {
  [closeCodes.textMessage]: 'A text message was sent where all are binary.',
  [closeCodes.tooLarge]: 'A message was larger than the other side allows. Use a smaller batch or raise its limit.',
  [closeCodes.protocol]: 'The other side could not read a message.',
  [closeCodes.auth]: 'The other side does not accept the token.',
  [closeCodes.takenOver]: 'Another connection took the session over.',
};

function lost({ code, reason }: Closed): SluiceError {
  if (code in finalEnds) return new SluiceError('connection-ended', finalEnds[code]);
  const why = reason || `code ${code}`;
  return new SluiceError('connection-lost', `The connection to the other side has ended (${why}).`);
}
