import { SluiceError } from '../../errors.ts';
import { valuesIn } from '../codecs/codec.ts';
import { malformed } from './header.ts';

/** What a message is made of, in bytes. `maps` is the payload, the rest is overhead. */
export interface Sections {
  /** With the length of the payload. */
  readonly header: number;
  /** Mask values and the bitmask of kept maps. */
  readonly gate: number;
  /** And which image each sample is, where a codec asks for it. */
  readonly labels: number;
  /** The most that it takes, where the codec leaves that open. */
  readonly maps: number;
  /** Whether it takes no less. */
  readonly exact: boolean;
}

/** Before an encoded tensor stands its length, a u32. */
export const lengthBytes = 4;

export function totalBytes({ header, gate, labels, maps }: Omit<Sections, 'exact'>): number {
  return header + gate + labels + maps;
}

/** Tensors are no larger than this many values (256 MiB as float32), whatever a message announces. */
const maxValues = 2 ** 26;

/** The number of values of a tensor of this shape. Throws `message-oversized`, and `message-malformed` for an empty one. */
export function countValues(shape: readonly number[]): number {
  const count = valuesIn(shape);
  if (count === 0) throw malformed(`A message holds an empty tensor of shape [${shape.join(', ')}].`);
  if (count > maxValues) {
    throw new SluiceError(
      'message-oversized',
      `A tensor of shape [${shape.join(', ')}] has ${count} values, more than the ${maxValues} a message may hold. Use a smaller batch.`,
    );
  }
  return count;
}
