import { SluiceError } from '../../../errors.ts';
import type { StateDict } from '../../../model/state.ts';

/** What each of the cut's maps lost when it was last sent, row by row: it is added to what is sent of it next. */
export interface Residuals {
  /** What a map lost; nothing where it was not sent yet. */
  before(map: number): Float32Array;
  /** Keeps a copy of what a map loses. */
  keep(map: number, loses: Float32Array): void;
  state(): StateDict;
  restore(state: StateDict): void;
}

const none = new Float32Array(0);

export function residuals(codec: string): Residuals {
  let lost = new Map<number, Float32Array>();
  return {
    before: (map) => lost.get(map) ?? none,
    keep(map, loses) {
      // The last batch of an epoch may be smaller, and leaves what the others lost in its further rows.
      const own = lost.get(map) ?? none;
      if (own.length < loses.length) lost.set(map, loses.slice());
      else own.set(loses);
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
