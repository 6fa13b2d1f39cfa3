import { SluiceError } from '../../errors.ts';
import { malformed } from './header.ts';

/** Which maps cross the network, ascending, and the mask value m_k of each. */
export interface Selection {
  readonly kept: readonly number[];
  readonly mask: Float32Array;
}

/** Bit k mod 8 of byte ⌊k / 8⌋ is set for every kept map k. */
export function bitmask(kept: readonly number[], total: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(total / 8));
  for (const k of kept) bits[k >>> 3] = bits[k >>> 3] | (1 << (k & 7));
  return bits;
}

/** The indices of the set bits, ascending. */
export function keptMaps(bits: Uint8Array): number[] {
  return Array.from({ length: 8 * bits.length }, (_, k) => k).filter((k) => bits[k >>> 3] & (1 << (k & 7)));
}

/** Throws unless the gate names some of `total` maps, each once and in order, with a finite mask value for each. */
export function requireSelection({ kept, mask }: Selection, total: number): void {
  const bad = mask.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new SluiceError('codec-non-finite', `The mask of map ${kept[bad]} is ${mask[bad]}.`, {
      path: `mask[${bad}]`,
    });
  if (mask.length !== kept.length) throw malformed(`There are ${mask.length} mask values for ${kept.length} maps.`);
  const ascending = kept.every((k, i) => Number.isInteger(k) && k > (kept[i - 1] ?? -1));
  if (!ascending || (kept.at(-1) ?? 0) >= total)
    throw malformed(`The kept maps are not ${mask.length} ascending indices below ${total}.`);
}
