import type { Random } from '../../main/random.ts';

/** Frames to send in a fuzzing test: a quick share, or SLUICE_FUZZ_FRAMES=100000 for all, which takes minutes. */
export function fuzzFrames(quick: number): number {
  return Number(process.env['SLUICE_FUZZ_FRAMES'] ?? quick);
}

/** A message with a few bytes changed, cut off or added; rarely left as it is. */
export function mutate(message: Uint8Array, source: Random): Uint8Array {
  let bytes = message.slice();
  for (let change = source.integer(4); change > 0; change--) {
    const at = source.integer(bytes.length);
    const kind = source.integer(8);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1) bytes = Uint8Array.of(...bytes, ...bytes.subarray(at, at + 9));
    else if (kind === 2) bytes[at] = 0xff;
    else if (kind === 3) bytes[at] ^= 1 << source.integer(8);
    else bytes[at] = source.integer(256);
    if (bytes.length === 0) break;
  }
  return bytes;
}
