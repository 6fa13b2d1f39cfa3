import { SluiceError } from '../../../errors.ts';
import type { NamedTensor, StateDict } from '../../../model/state.ts';
import { valuesIn, type Layout } from '../codec.ts';

/** What a memory holds at most; of the four that a session can have, the state still fits into a message of 256 MiB. */
export const memoryBytes = 63 * 2 ** 20;

/** Bytes of an image with so many values of so many maps; its entry takes some, too. */
export function imageBytes(maps: number, values: number): number {
  return 4 * values + 8 * maps + 64;
}

/** The maps of an image as they last arrived: `values` has one after another for each place, as a tensor has them. */
interface Kept {
  readonly maps: readonly number[];
  readonly values: Float32Array;
}

/** What each image's maps were when they last crossed, the same at both ends. Beyond `memoryBytes` the oldest are forgotten. */
export interface ImageMemory {
  /** The last maps of a sample, or null unless exactly these are known. */
  get(layout: Layout, sample: number): Float32Array | null;
  /** What is known of the maps of all samples, in memory of its own; zero where nothing is. */
  known(layout: Layout): Float32Array;
  /** Keeps a copy of what arrived of all samples. */
  keep(values: Float32Array, layout: Layout): void;
  state(): StateDict;
  restore(state: StateDict): void;
}

/** Which image a sample is. */
export function imageOf({ images }: Layout, sample: number): number {
  return images?.[sample] ?? sample;
}

/** Values of a sample. */
export function valuesPerSample({ shape: [, height, width, maps] }: Layout): number {
  return valuesIn([height, width, maps]);
}

export function imageMemory(codec: string, limit = memoryBytes): ImageMemory {
  let entries = new Map<number, Kept>();
  let bytes = 0;

  function forget(image: number): void {
    const entry = entries.get(image);
    if (!entry) return;
    entries.delete(image);
    bytes -= imageBytes(entry.maps.length, entry.values.length);
  }

  function put(image: number, entry: Kept): void {
    forget(image);
    entries.set(image, entry);
    bytes += imageBytes(entry.maps.length, entry.values.length);
    for (const oldest of entries.keys()) {
      if (bytes <= limit) break;
      forget(oldest);
    }
  }

  return {
    get(layout, sample) {
      const entry = entries.get(imageOf(layout, sample));
      return entry && sameMaps(entry.maps, layout) ? entry.values : null;
    },
    known(layout) {
      const each = valuesPerSample(layout);
      const all = new Float32Array(layout.shape[0] * each);
      const wanted = mapsOf(layout);
      for (let sample = 0; sample < layout.shape[0]; sample++) {
        const entry = entries.get(imageOf(layout, sample));
        if (!entry) continue;
        const into = all.subarray(sample * each, (sample + 1) * each);
        if (sameMaps(entry.maps, layout)) into.set(entry.values);
        else copyCommon(entry, into, wanted);
      }
      return all;
    },
    keep(values, layout) {
      const each = valuesPerSample(layout);
      const maps = mapsOf(layout);
      for (let sample = 0; sample < layout.shape[0]; sample++) {
        put(imageOf(layout, sample), { maps, values: values.slice(sample * each, (sample + 1) * each) });
      }
    },
    state: () => stateOf(entries),
    restore(state) {
      const read = entriesOf(state, codec);
      entries = new Map();
      bytes = 0;
      for (const [image, entry] of read) put(image, entry);
    },
  };
}

function mapsOf({ shape: [, , , maps], kept }: Layout): readonly number[] {
  return kept ?? Array.from({ length: maps }, (_, k) => k);
}

function sameMaps(maps: readonly number[], { shape: [, , , count], kept }: Layout): boolean {
  return maps.length === count && maps.every((map, k) => map === (kept?.[k] ?? k));
}

function copyCommon({ maps, values }: Kept, into: Float32Array, wanted: readonly number[]): void {
  wanted.forEach((map, to) => {
    const from = maps.indexOf(map);
    if (from < 0) return;
    for (let i = to, j = from; i < into.length; i += wanted.length, j += maps.length) into[i] = values[j];
  });
}

/** The oldest first, one after another: a tensor for each image would be too many. */
function stateOf(entries: ReadonlyMap<number, Kept>): StateDict {
  const all = [...entries.values()];
  const values = new Float32Array(all.reduce((sum, entry) => sum + entry.values.length, 0));
  let at = 0;
  for (const entry of all) {
    values.set(entry.values, at);
    at += entry.values.length;
  }
  return {
    images: integers([...entries.keys()]),
    counts: integers(all.map(({ maps }) => maps.length)),
    maps: integers(all.flatMap(({ maps }) => maps)),
    values: { shape: [values.length], data: values },
  };
}

function integers(numbers: readonly number[]): NamedTensor {
  return { shape: [numbers.length], data: BigInt64Array.from(numbers, BigInt) };
}

function entriesOf({ images, counts, maps, values, ...others }: StateDict, codec: string): Map<number, Kept> {
  const [foreign] = Object.keys(others);
  const [known, sizes, all] = [images, counts, maps].map((tensor) =>
    tensor?.data instanceof BigInt64Array ? Array.from(tensor.data, Number) : null,
  );
  const data = values?.data;
  const whole = foreign === undefined && known && sizes && all && data instanceof Float32Array;
  const places = whole && all.length > 0 ? data.length / all.length : 0;
  const fits =
    whole &&
    Number.isInteger(places) &&
    known.length === sizes.length &&
    sizes.every((size) => size > 0) &&
    sizes.reduce((sum, size) => sum + size, 0) === all.length;
  if (!fits) {
    throw new SluiceError(
      'codec-state',
      `"${foreign ?? 'values'}" is no state of the codec ${codec}, which keeps images, counts, maps and values that fit together.`,
      { path: foreign ?? 'values' },
    );
  }
  let at = 0;
  return new Map(
    known.map((image, i) => {
      const from = at;
      at += sizes[i];
      return [image, { maps: all.slice(from, at), values: data.slice(from * places, at * places) }];
    }),
  );
}
