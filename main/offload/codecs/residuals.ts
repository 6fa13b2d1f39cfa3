import { SluiceError } from '../../errors.ts';
import type { StateDict } from '../../model/state.ts';
import type { Layout } from './codec.ts';

/** What each of the cut's maps lost when it was last sent, by row: it is added to what is sent of it next. */
export interface Residuals {
  /** Values with what was lost before. In memory of their own. */
  added(values: Float32Array, layout: Layout): Float32Array;
  /** Keeps what is missing from what arrives. */
  keep(wanted: Float32Array, arrives: Float32Array, layout: Layout): void;
  state(): StateDict;
  restore(state: StateDict): void;
}

export function residuals(codec: string): Residuals {
  let lost = new Map<number, Float32Array>();
  const mapsOf = ({ shape: [, , , maps], kept }: Layout): readonly number[] =>
    kept ?? Array.from({ length: maps }, (_, k) => k);
  return {
    added(values, layout) {
      const wanted = values.slice();
      const maps = layout.shape[3];
      mapsOf(layout).forEach((map, k) => {
        const before = lost.get(map);
        if (!before) return;
        // The last batch of an epoch may be smaller, and leaves what the others lost in its further rows.
        const rows = Math.min(before.length, wanted.length / maps);
        for (let r = 0; r < rows; r++) wanted[r * maps + k] += before[r];
      });
      return wanted;
    },
    keep(wanted, arrives, layout) {
      const maps = layout.shape[3];
      const rows = wanted.length / maps;
      mapsOf(layout).forEach((map, k) => {
        let of = lost.get(map);
        if (!of || of.length < rows) {
          of = new Float32Array(rows);
          lost.set(map, of);
        }
        for (let r = 0, i = k; r < rows; r++, i += maps) of[r] = wanted[i] - arrives[i];
      });
    },
    state: () =>
      Object.fromEntries(
        [...lost].map(([map, data]) => [`lost.${map}`, { shape: [data.length], data: data.slice() }] as const),
      ),
    restore(state) {
      const read = Object.entries(state).map(([name, { data }]): [number, Float32Array] => {
        const map = /^lost\.(\d+)$/.exec(name)?.[1];
        if (map === undefined || !(data instanceof Float32Array)) {
          const message = `"${name}" is no state of the codec ${codec}, which keeps what each map lost (lost.<map>).`;
          throw new SluiceError('codec-state', message, { path: name });
        }
        return [Number(map), data.slice()];
      });
      lost = new Map(read);
    },
  };
}
