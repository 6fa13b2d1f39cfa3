import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { SluiceError } from '../../errors.ts';
import type { SharedMemory } from './loops.ts';

/** What Emscripten's module object has beyond its published types. */
export interface WasmModule {
  readonly HEAPU8: Uint8Array;
  readonly asm: { readonly memory: SharedMemory };
  _malloc(bytes: number): number;
  _free(offset: number): void;
}

/** The part of the backend that kernels use. */
export type WasmBackend = Pick<BackendWasm, 'dataIdMap' | 'makeOutput' | 'incRef'>;

/** The current backend, which is tfjs-backend-wasm. Running out of its memory is an error from now on, not a write to address 0. */
export function guardedModule(): { backend: WasmBackend; module: WasmModule } {
  const backend = tf.backend() as unknown as WasmBackend & { readonly wasm: WasmModule };
  const module = backend.wasm;
  // Emscripten puts the real malloc in place at the first call, over whatever stands there.
  module._free(module._malloc(8));
  const malloc = module._malloc.bind(module);
  module._malloc = (bytes) => {
    const offset = bytes < 2 ** 32 ? malloc(bytes) >>> 0 : 0;
    if (offset === 0 && bytes > 0) throw outOfMemory(bytes, module.HEAPU8.length);
    return offset;
  };
  return { backend, module };
}

function outOfMemory(bytes: number, heap: number): SluiceError {
  const megabytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MB`;
  return new SluiceError(
    'out-of-memory',
    `The cpu engine could not get ${megabytes(bytes)} more memory; it holds ${megabytes(heap)} and is limited to 4 GB. ` +
      'Use a smaller batchSize, a smaller model.width or another engine.',
  );
}
