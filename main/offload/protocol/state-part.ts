import { malformed, viewOfType, withHeader } from './header.ts';

/** A part of a checkpoint file on its way. */
export interface StatePart {
  readonly offset: number;
  /** Size of the whole file. */
  readonly total: number;
  readonly bytes: Uint8Array;
}

/** Parts of a checkpoint are no larger than this. */
export const statePartBytes = 4 * 1024 * 1024;

export const stateHeader = 24;

export function encodeState({ offset, total, bytes }: StatePart): Uint8Array {
  const view = withHeader('state', stateHeader + bytes.length);
  view.setBigUint64(8, BigInt(offset), true);
  view.setBigUint64(16, BigInt(total), true);
  const message = new Uint8Array(view.buffer);
  message.set(bytes, stateHeader);
  return message;
}

/** The bytes are a view of the message. */
export function decodeState(message: Uint8Array): StatePart {
  const view = viewOfType('state', message, stateHeader);
  const offset = Number(view.getBigUint64(8, true));
  const total = Number(view.getBigUint64(16, true));
  const bytes = message.subarray(stateHeader);
  if (offset + bytes.length > total || total > Number.MAX_SAFE_INTEGER) {
    throw malformed(`A part of ${bytes.length} bytes at ${offset} does not lie in a checkpoint of ${total} bytes.`);
  }
  return { offset, total, bytes };
}
