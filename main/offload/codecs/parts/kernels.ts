import encoded from '#kernels/codecs.js';
import { operations, type Arguments, type Operation } from './operations.ts';

/** Byte offset into the kernels' memory. */
type Place = number;

interface Kernels extends Readonly<Record<Operation, (...args: number[]) => number>> {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  readonly base: { readonly value: Place };
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
function kernels(): Kernels {
  const { WebAssembly: api } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  const bytes = (): Uint8Array => Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  return (loaded ??= new api.Instance(new api.Module(bytes())).exports);
}

/** Runs an inner loop; what it gives is a number where it gives something. */
export function run<Name extends Operation>(name: Name, args: Arguments<Name>): number {
  const named: Readonly<Record<string, number>> = args;
  return kernels()[name](...operations[name].map((parameter) => named[parameter]));
}

/** Places for so many bytes each, valid until the next call. What lies there is what was left there. */
export function placesFor<Name extends string>(sizes: Readonly<Record<Name, number>>): Record<Name, Place> {
  const { memory, base } = kernels();
  const places = {} as Record<Name, Place>;
  let end = Math.ceil(base.value / alignment) * alignment;
  for (const name in sizes) {
    places[name] = end;
    end += (Math.ceil(sizes[name] / alignment) + 1) * alignment;
  }
  const missing = Math.ceil((end - memory.buffer.byteLength) / page);
  if (missing > 0) memory.grow(missing);
  return places;
}

/** Some bytes of the kernels' memory, as it is until more places are asked for. */
export function bytesAt(place: Place, count: number): Uint8Array {
  return new Uint8Array(kernels().memory.buffer, place, count);
}

export function wordsAt(place: Place, count: number): Uint32Array {
  return new Uint32Array(kernels().memory.buffer, place, count);
}

export function floatsAt(place: Place, count: number): Float32Array {
  return new Float32Array(kernels().memory.buffer, place, count);
}
