import { SluiceError } from '../../../errors.ts';
import type { StateDict } from '../../../model/state.ts';
import type { Layout, OpenCodec } from '../codec.ts';

/**
 * A codec whose encoder is random: what it draws is a function of its seed and of how many tensors it has encoded, and that
 * number is all it remembers.
 */
export function counted(
  codec: string,
  encode: (values: Float32Array, layout: Layout, tensor: number) => Uint8Array,
  decode: OpenCodec['decode'],
): OpenCodec {
  let tensors = 0;
  return {
    encode(values, layout) {
      const bytes = encode(values, layout, tensors);
      tensors++;
      return bytes;
    },
    decode,
    state: (): StateDict => ({ tensors: { shape: [1], data: BigInt64Array.of(BigInt(tensors)) } }),
    restore({ tensors: saved, ...others }) {
      const [foreign] = Object.keys(others);
      if (foreign !== undefined || !(saved?.data instanceof BigInt64Array) || saved.data.length !== 1) {
        throw new SluiceError(
          'codec-state',
          `"${foreign ?? 'tensors'}" is no state of the codec ${codec}, which counts its tensors and nothing else.`,
          { path: foreign ?? 'tensors' },
        );
      }
      tensors = Number(saved.data[0]);
    },
  };
}
