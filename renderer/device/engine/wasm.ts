import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import backendUrl from '../../../dist/kernels/tfjs-backend-wasm-simd.wasm?url';
import relaxedUrl from '../../../dist/kernels/relaxed.wasm?url';
import simdUrl from '../../../dist/kernels/simd.wasm?url';
import type { Host } from '../../../main/engine/cpu/host.ts';
import { registerKernels } from '../../../main/engine/cpu/kernel-list.ts';
import type { Loops, SharedMemory } from '../../../main/engine/cpu/loops.ts';
import { guardedModule } from '../../../main/engine/cpu/module.ts';
import { solo } from '../../../main/engine/cpu/threads/solo.ts';

let host: Promise<Host> | null = null;

/** Sluice's cpu engine in this browser: the same kernels as under Node, on one thread. Throws where it lacks WebAssembly's SIMD. */
export async function openWasm(): Promise<void> {
  await (host ??= load());
  await tf.setBackend('wasm');
}

async function load(): Promise<Host> {
  // Our kernels do what its threads would.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': backendUrl,
    'tfjs-backend-wasm-simd.wasm': backendUrl,
    'tfjs-backend-wasm-threaded-simd.wasm': backendUrl,
  });
  await tf.setBackend('wasm');
  const { backend, module } = guardedModule();
  const loaded = { backend, module, team: solo(module, await loadLoops(module.asm.memory)) };
  registerKernels(loaded);
  return loaded;
}

/** The inner loops on this memory; relaxed SIMD has the fused multiply-add that doubles the product. */
async function loadLoops(memory: SharedMemory): Promise<Loops> {
  const relaxed = await bytesAt(relaxedUrl);
  const bytes = WebAssembly.validate(relaxed) ? relaxed : await bytesAt(simdUrl);
  const imports = { env: { memory: memory as unknown as WebAssembly.Memory } };
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  return instance.exports as unknown as Loops;
}

async function bytesAt(url: string): Promise<ArrayBuffer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.arrayBuffer();
}
