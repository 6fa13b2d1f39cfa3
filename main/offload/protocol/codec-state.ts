import { decodeSafetensors, encodeSafetensors } from '../../model/safetensors.ts';
import type { StateDict } from '../../model/state.ts';
import { headerBytes, viewOfType, withHeader } from './header.ts';

/** What the codecs of a session's server remember: to be read (null), or as it is or is to become. */
export function encodeCodecState(state: StateDict | null): Uint8Array {
  const file = state ? encodeSafetensors(state) : new Uint8Array(0);
  const bytes = new Uint8Array(withHeader('codecs', headerBytes + file.length).buffer);
  bytes.set(file, headerBytes);
  return bytes;
}

/** Throws `safetensors-invalid`. */
export function decodeCodecState(bytes: Uint8Array): StateDict | null {
  viewOfType('codecs', bytes, headerBytes);
  return bytes.length === headerBytes
    ? null
    : decodeSafetensors(bytes.subarray(headerBytes), 'The state of the codecs');
}
