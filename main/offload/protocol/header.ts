import { SluiceError } from '../../errors.ts';

/** Raised when a message of one version cannot be read by the other. */
const protocolVersion = 2;

export const headerBytes = 8;

/** The type byte of every message. */
export const messageTypes = {
  hello: 0x01,
  welcome: 0x02,
  session: 0x03,
  ready: 0x04,
  reset: 0x05,
  checkpoint: 0x06,
  state: 0x07,
  done: 0x08,
  average: 0x09,
  averaged: 0x0a,
  codecs: 0x0b,
  steps: 0x0c,
  taken: 0x0d,
  bye: 0x0e,
  error: 0x0f,
  step: 0x10,
  gradient: 0x11,
  evaluate: 0x12,
  score: 0x13,
  infer: 0x14,
  logits: 0x15,
} as const;

export type MessageType = keyof typeof messageTypes;

export interface Header {
  readonly type: MessageType;
  /** Counts a session's requests; an answer repeats its request's number. */
  readonly sequence: number;
}

const names = new Map<number, MessageType>(Object.entries(messageTypes).map(([name, id]) => [id, name as MessageType]));

/** A view of `length` bytes that starts with the header `SL`, version, type and sequence number 0. */
export function withHeader(type: MessageType, length: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint8(0, 0x53);
  view.setUint8(1, 0x4c);
  view.setUint8(2, protocolVersion);
  view.setUint8(3, messageTypes[type]);
  return view;
}

/** Writes the sequence number into a message. */
export function setSequence(message: Uint8Array, sequence: number): void {
  new DataView(message.buffer, message.byteOffset).setUint32(4, sequence, true);
}

/** Whether bytes are a message of this protocol, of whatever version. */
export function hasHeader(bytes: Uint8Array): boolean {
  return bytes[0] === 0x53 && bytes[1] === 0x4c;
}

/** Throws `message-truncated`, `message-malformed`, `message-version` or `message-type`. */
export function readHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes, headerBytes);
  if (!hasHeader(bytes)) {
    throw malformed('A message does not start with "SL": the other side does not speak the Sluice protocol.');
  }
  const version = view.getUint8(2);
  if (version !== protocolVersion) {
    throw new SluiceError(
      'message-version',
      `The other side speaks protocol version ${version}, this side ${protocolVersion}. Install the same version of Sluice on both.`,
    );
  }
  const type = names.get(view.getUint8(3));
  if (!type) throw new SluiceError('message-type', `A message has the unknown type ${view.getUint8(3)}.`);
  return { type, sequence: view.getUint32(4, true) };
}

/** A view of a message that must be of one type and at least `length` bytes long. */
export function viewOfType(type: MessageType, bytes: Uint8Array, length: number): DataView {
  const header = readHeader(bytes);
  if (header.type !== type) {
    throw new SluiceError('message-type', `A ${header.type} message arrived where ${type} was expected.`);
  }
  return viewOf(bytes, length);
}

/** Throws `message-truncated` for a shorter message. */
export function expectAtLeast(bytes: Uint8Array, expected: number): void {
  if (bytes.length < expected) throw truncated(bytes.length, expected);
}

/** Throws `message-truncated` or `message-trailing` unless the message has exactly this length. */
export function expectLength(bytes: Uint8Array, expected: number): void {
  expectAtLeast(bytes, expected);
  if (bytes.length > expected) {
    throw new SluiceError('message-trailing', `A message of ${bytes.length} bytes announces ${expected}.`);
  }
}

function viewOf(bytes: Uint8Array, length: number): DataView {
  expectAtLeast(bytes, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function truncated(length: number, expected: number): SluiceError {
  return new SluiceError('message-truncated', `A message ends after ${length} bytes, expected at least ${expected}.`);
}

export function malformed(message: string): SluiceError {
  return new SluiceError('message-malformed', message);
}
