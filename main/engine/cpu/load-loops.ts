import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import type { Loops, SharedMemory } from './loops.ts';

/** The part of the global this module needs; Node's types leave it to the DOM library. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Loops };
}

const { WebAssembly: api } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
const require = createRequire(import.meta.url);

/** Compiles the inner loops onto `memory`. */
export function loadLoops(memory: SharedMemory): Loops {
  const relaxed = read('relaxed');
  // Relaxed SIMD has the fused multiply-add that doubles `gemm`. Node 20 has it behind a flag.
  if (!api.validate(relaxed)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const bytes = api.validate(relaxed) ? relaxed : read('simd');
  return new api.Instance(new api.Module(bytes), { env: { memory } }).exports;
}

function read(build: 'relaxed' | 'simd'): Uint8Array {
  return readFileSync(require.resolve(`#kernels/${build}.wasm`));
}
