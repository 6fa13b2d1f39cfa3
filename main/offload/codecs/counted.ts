import { SluiceError } from '../../errors.ts';
import type { StateDict } from '../../model/state.ts';

/** How many tensors a codec has seen: what is random in it is a function of its seed and this. */
export interface Counted {
  tensors: number;
  state(): StateDict;
  restore(state: StateDict): void;
}

export function counted(codec: string): Counted {
  const own: Counted = {
    tensors: 0,
    state: () => ({ tensors: { shape: [1], data: BigInt64Array.of(BigInt(own.tensors)) } }),
    restore({ tensors, ...others }) {
      const [foreign] = Object.keys(others);
      if (foreign !== undefined || !(tensors?.data instanceof BigInt64Array) || tensors.data.length !== 1) {
        throw new SluiceError(
          'codec-state',
          `"${foreign ?? 'tensors'}" is no state of the codec ${codec}, which counts its tensors and nothing else.`,
          { path: foreign ?? 'tensors' },
        );
      }
      own.tensors = Number(tensors.data[0]);
    },
  };
  return own;
}
