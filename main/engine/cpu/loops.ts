import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Byte offset into the backend's memory. */
export type Offset = number;

type Loop = (...args: number[]) => void;

/** The exports of kernels/index.ts; flags travel as 0 and 1. */
export interface Loops {
  readonly im2col: Loop;
  readonly col2im: Loop;
  readonly biasActivation: Loop;
  readonly scaleShift: Loop;
  readonly reluGrad: Loop;
  readonly batchNormMoments: Loop;
  readonly batchNormCoefficients: Loop;
  readonly batchNormGrad: Loop;
  readonly maxPool: Loop;
  readonly maxPoolGrad: Loop;
  readonly sumRows: Loop;
  readonly takeMaps: Loop;
  readonly spreadMaps: Loop;
  readonly sgd: Loop;
  readonly sgdMomentum: Loop;
}

/** The part of the global this module needs; Node's types leave it to the DOM library. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Loops };
}

/** Compiles the inner loops onto `memory`, a WebAssembly.Memory. */
export function loadLoops(memory: object): Loops {
  const api = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const path = createRequire(import.meta.url).resolve('#kernels/simd.wasm');
  return new api.Instance(new api.Module(readFileSync(path)), { env: { memory } }).exports;
}
