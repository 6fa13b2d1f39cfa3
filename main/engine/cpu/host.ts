import type { TensorInfo } from '@tensorflow/tfjs-core';
import { loadBackend, type WasmBackend, type WasmModule } from './backend.ts';
import { createWasmGemm, type Gemm } from './gemm.ts';
import { loadLoops, type Loops, type Offset } from './loops.ts';

/** What a kernel works with: the backend's memory, the inner loops and a matrix product. */
export interface Host {
  readonly backend: WasmBackend;
  readonly module: WasmModule;
  readonly loops: Loops;
  /** The inner loops' own matrix product, and the one in use. */
  readonly wasmGemm: Gemm;
  gemm: Gemm;
}

/** Loads the backend with its inner loops. */
export async function createHost(): Promise<Host> {
  const { backend, module } = await loadBackend();
  const loops = loadLoops(module.asm.memory);
  const gemm = createWasmGemm(module, loops);
  return { backend, module, loops, wasmGemm: gemm, gemm };
}

/** Where a tensor's values lie. */
export function offsetOf(host: Host, tensor: TensorInfo): Offset {
  return host.backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new float32 tensor, its values not yet written. */
export function output(host: Host, shape: number[]): TensorInfo {
  return host.backend.makeOutput(shape, 'float32');
}

/** Lends memory for the length of a call. */
export function withScratch(host: Host, bytes: number, use: (scratch: Offset) => void): void {
  const scratch = host.module._malloc(bytes);
  try {
    use(scratch);
  } finally {
    host.module._free(scratch);
  }
}
