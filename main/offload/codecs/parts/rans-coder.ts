import { malformed } from '../../protocol/header.ts';
import { frequencies, slotBits } from './frequencies.ts';

/**
 * Asymmetric numeral systems (Duda, "Asymmetric numeral systems", 2013, arXiv:1311.2540) with ranges, as in Giesen's
 * rans_byte.h, which is in the public domain: a state below 2 ** 31, bytes as it overflows. In whole numbers alone, so that
 * every machine writes the same bytes. Frequencies are learned on the way.
 */

const slots = 2 ** slotBits;
/** The state is no less than this between symbols, and this at the decoder's end. */
const lowest = 2 ** 23;
const stateBytes = 4;

/** Symbols below `alphabet` (at most 256) in no more than `limit` bytes; null where that is too few. */
export function ransEncode(symbols: Uint8Array, alphabet: number, limit: number): Uint8Array | null {
  const { starts, shares } = dealtOver(symbols, alphabet);
  const bytes = new Uint8Array(limit);
  let at = limit;
  let x = lowest;
  // The decoder goes forward and takes out last what was put in first.
  for (let i = symbols.length - 1; i >= 0; i--) {
    const share = shares[i];
    const most = (lowest / slots) * 256 * share;
    while (x >= most) {
      if (at === stateBytes) return null;
      bytes[--at] = x;
      x >>>= 8;
    }
    x = Math.floor(x / share) * slots + (x % share) + starts[i];
  }
  if (at < stateBytes) return null;
  at -= stateBytes;
  new DataView(bytes.buffer).setUint32(at, x, true);
  return bytes.subarray(at);
}

/** The slots that each symbol has when it comes. */
function dealtOver(symbols: Uint8Array, alphabet: number): { starts: Uint16Array; shares: Uint16Array } {
  const seen = frequencies(alphabet);
  const starts = new Uint16Array(symbols.length);
  const shares = new Uint16Array(symbols.length);
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    starts[i] = seen.starts[symbol];
    shares[i] = seen.starts[symbol + 1] - starts[i];
    seen.see(symbol);
  }
  return { starts, shares };
}

/**
 * As many symbols as there is place for. Throws `message-malformed` for bytes that end before the symbols do or after them, or do
 * not lead back to the state that an encoder begins with.
 */
export function ransDecode(bytes: Uint8Array, alphabet: number, symbols: Uint8Array): void {
  if (bytes.length < stateBytes)
    throw malformed(`An entropy-coded tensor has ${bytes.length} bytes, expected 4 at least.`);
  const seen = frequencies(alphabet);
  const symbolAt = new Uint8Array(slots);
  const place = (): void => {
    for (let s = 0; s < alphabet; s++) symbolAt.fill(s, seen.starts[s], seen.starts[s + 1]);
  };
  place();
  let x = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (x < lowest || x >= 256 * lowest) throw malformed(`An entropy-coded tensor begins with the state ${x}.`);
  let at = stateBytes;
  for (let i = 0; i < symbols.length; i++) {
    const slot = x & (slots - 1);
    const symbol = symbolAt[slot];
    const start = seen.starts[symbol];
    x = (seen.starts[symbol + 1] - start) * (x >>> slotBits) + slot - start;
    while (x < lowest) {
      if (at === bytes.length) throw malformed(`An entropy-coded tensor ends at value ${i} of ${symbols.length}.`);
      x = x * 256 + bytes[at++];
    }
    symbols[i] = symbol;
    if (seen.see(symbol)) place();
  }
  if (x !== lowest || at !== bytes.length) {
    throw malformed(`An entropy-coded tensor is damaged: ${bytes.length - at} bytes are left behind its last value.`);
  }
}
