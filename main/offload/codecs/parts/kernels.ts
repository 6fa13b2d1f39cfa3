import encoded from '#kernels/codecs.js';

/** Byte offset into the kernels' memory. */
type Offset = number;

/** The exports of `../kernels/index.ts`, which says what they do. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  readonly base: { readonly value: Offset };
  toPlanes(values: Offset, planes: Offset, rows: number, maps: number): void;
  fromPlanes(planes: Offset, values: Offset, rows: number, maps: number): void;
  bytesToPlanes(bytes: Offset, planes: Offset, rows: number, maps: number): void;
  bytesFromPlanes(planes: Offset, bytes: Offset, rows: number, maps: number): void;
  range(plane: Offset, rows: number, out: Offset): void;
  nearestLevels(plane: Offset, rows: number, offset: number, scale: number, steps: number, out: Offset): void;
  levels(
    plane: Offset,
    rows: number,
    ...rest: [offset: number, perLevel: number, steps: number, shift: number, state: Offset, out: Offset]
  ): void;
  valuesOf(levels: Offset, rows: number, offset: number, scale: number, out: Offset): void;
  pack(numbers: Offset, count: number, bits: number, out: Offset): void;
  unpack(bytes: Offset, count: number, bits: number, out: Offset): void;
  packWords(numbers: Offset, count: number, bits: number, out: Offset): void;
  unpackWords(bytes: Offset, count: number, bits: number, out: Offset): void;
  signs(plane: Offset, rows: number, out: Offset): void;
  narrow(values: Offset, count: number, factor: number, out: Offset): number;
  widen(halves: Offset, count: number, factor: number, out: Offset): number;
  add(plane: Offset, rows: number, from: Offset): void;
  sumOfMagnitudes(plane: Offset, rows: number): number;
  residue(plane: Offset, rows: number, scale: number, out: Offset): void;
  largestMagnitude(plane: Offset, rows: number): number;
  /** Takes `histogramBytes` at `histogram`. */
  markLargest(plane: Offset, rows: number, wanted: number, histogram: Offset, marks: Offset): void;
  takeMarked(plane: Offset, marks: Offset, rows: number, places: Offset, values: Offset): void;
}

/** The part of the global this module needs; Node's types leave it to the DOM library. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Kernels };
}

const page = 65_536;
/** Vectors are loaded and stored whole, some up to their length beyond the last value. */
const alignment = 16;

export const histogramBytes = 2 * 4 * 2048;

let loaded: Kernels | null = null;

/** Compiled when the first tensor is encoded: most that import codecs only describe them. */
export function kernels(): Kernels {
  const { WebAssembly: api } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  const bytes = (): Uint8Array => Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  return (loaded ??= new api.Instance(new api.Module(bytes())).exports);
}

/** Places for so many bytes each, valid until the next call. What lies there is what was left there. */
export function placesFor(...sizes: readonly number[]): Offset[] {
  const { memory, base } = kernels();
  let end = Math.ceil(base.value / alignment) * alignment;
  const places = sizes.map((size) => {
    const place = end;
    end += (Math.ceil(size / alignment) + 1) * alignment;
    return place;
  });
  const missing = Math.ceil((end - memory.buffer.byteLength) / page);
  if (missing > 0) memory.grow(missing);
  return places;
}

/** The memory of some bytes, as it is until more places are asked for. */
export function bytesAt(place: Offset, count: number): Uint8Array {
  return new Uint8Array(kernels().memory.buffer, place, count);
}

export function floatsAt(place: Offset, count: number): Float32Array {
  return new Float32Array(kernels().memory.buffer, place, count);
}

export function wordsAt(place: Offset, count: number): Uint32Array {
  return new Uint32Array(kernels().memory.buffer, place, count);
}
