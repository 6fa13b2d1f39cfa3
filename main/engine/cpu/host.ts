import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend, WasmModule } from './module.ts';
import type { Offset } from './loops.ts';
import type { Call } from './operations.ts';
import type { Team } from './threads/solo.ts';

/** What a kernel works with: the backend's memory and the threads that do the inner loops. */
export interface Host {
  readonly backend: WasmBackend;
  readonly module: WasmModule;
  team: Team;
}

/** Where a tensor's values lie. */
export function offsetOf(host: Host, tensor: TensorInfo): Offset {
  return host.backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new float32 tensor, its values not yet written. */
export function output(host: Host, shape: number[]): TensorInfo {
  return host.backend.makeOutput(shape, 'float32');
}

/** Gives memory for the length of a call. */
export function withScratch(host: Host, bytes: number, use: (scratch: Offset) => void): void {
  const scratch = host.module._malloc(bytes);
  try {
    use(scratch);
  } finally {
    host.module._free(scratch);
  }
}

/**
 * Cuts [0, total) into ranges of at least `grain`, and at multiples of it, one for each thread, and does the calls of
 * every range; `part` counts the ranges.
 */
export function split(
  host: Host,
  total: number,
  grain: number,
  calls: (from: number, to: number, part: number) => Call[],
): void {
  const grains = Math.ceil(total / grain);
  const parts = Math.max(1, Math.min(host.team.threads, grains));
  const start = (part: number): number => Math.min(total, Math.floor((part * grains) / parts) * grain);
  host.team.run(Array.from({ length: parts }, (_, part) => calls(start(part), start(part + 1), part)));
}

/**
 * Values of a tensor below which waking another thread does not pay. Set in Nov 2026 on a machine that was not noted;
 * test/bench/training.ts shows what it does.
 */
const FEW = 32_768;

/** `split` for the rows of matrices with `maps` columns. */
export function splitRows(host: Host, rows: number, maps: number, calls: (from: number, to: number) => Call[]): void {
  split(host, rows, Math.ceil(FEW / maps), calls);
}

/** `split` for their columns, in whole cache lines. */
export function splitMaps(host: Host, rows: number, maps: number, calls: (from: number, to: number) => Call[]): void {
  split(host, maps, 16 * Math.ceil(FEW / (16 * rows)), calls);
}
