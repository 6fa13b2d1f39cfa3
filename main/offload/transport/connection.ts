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

/** Ends after which connecting again would only end the same way. */
const finalEnds: Readonly<Record<number, string>> = {
  [closeCodes.textMessage]: 'A text message was sent where all are binary.',
  [closeCodes.tooLarge]: 'A message was larger than the other side allows. Use a smaller batch or raise its limit.',
  [closeCodes.protocol]: 'The other side could not read a message.',
  [closeCodes.auth]: 'The other side does not accept the token.',
  [closeCodes.takenOver]: 'Another connection took the session over.',
};

/** What receiving throws once a connection has ended so. */
export function lost({ code, reason }: Closed): SluiceError {
  if (code in finalEnds) return new SluiceError('connection-ended', finalEnds[code]);
  const why = reason || `code ${code}`;
  return new SluiceError('connection-lost', `The connection to the other side has ended (${why}).`);
}
