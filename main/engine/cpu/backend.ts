import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { guardedModule, type WasmBackend, type WasmModule } from './module.ts';

/** tfjs-backend-wasm, made current, on memory that threads share. */
export async function loadBackend(): Promise<{ backend: WasmBackend; module: WasmModule }> {
  const binary = createRequire(import.meta.url).resolve('#kernels/tfjs-backend-wasm-simd.wasm');
  setWasmPaths(dirname(binary) + sep);
  await withoutNewListeners(() => tf.setBackend('wasm'));
  return guardedModule();
}

/** Emscripten listens for uncaught errors of the whole process and throws them again from its own line. */
async function withoutNewListeners(load: () => Promise<unknown>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.rawListeners(event));
  await load();
  events.forEach((event, i) => {
    for (const listener of process.rawListeners(event)) {
      if (!before[i].includes(listener)) process.removeListener(event, listener as () => void);
    }
  });
}
