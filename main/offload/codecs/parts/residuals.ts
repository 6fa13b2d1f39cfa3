import { SluiceError } from '../../../errors.ts';
import type { StateDict } from '../../../model/state.ts';
import type { Layout } from '../codec.ts';

/**
 * What each of the cut's maps lost when it was last sent, by row: it is added to what is sent of it next. Values are map after
 * map (`planar`).
 */
export interface Residuals {
  /** Adds to values what was lost before. */
  add(values: Float32Array, layout: Layout): void;
  /** Keeps what `lostOf` writes of map k of the tensor, row by row. */
  keep(layout: Layout, lostOf: (k: number, into: Float32Array) => void): void;
  state(): StateDict;
  restore(state: StateDict): void;
}

export function residuals(codec: string): Residuals {
  let lost = new Map<number, Float32Array>();
  const mapsOf = ({ shape: [, , , maps], kept }: Layout): readonly number[] =>
    kept ?? Array.from({ length: maps }, (_, k) => k);
  return {
    add(values, layout) {
      const rows = values.length / layout.shape[3];
      mapsOf(layout).forEach((map, k) => {
        const before = lost.get(map);
        if (!before) return;
        // The last batch of an epoch may be smaller, and leaves what the others lost in its further rows.
        const own = values.subarray(k * rows, (k + 1) * rows);
        const count = Math.min(before.length, rows);
        for (let r = 0; r < count; r++) own[r] += before[r];
      });
    },
    keep(layout, lostOf) {
      const [samples, height, width] = layout.shape;
      const rows = samples * height * width;
      mapsOf(layout).forEach((map, k) => {
        let of = lost.get(map);
        if (!of || of.length < rows) {
          of = new Float32Array(rows);
          lost.set(map, of);
        }
        lostOf(k, of.subarray(0, rows));
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
