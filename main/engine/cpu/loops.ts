import type { Operation } from './operations.ts';

/** Byte offset into the backend's memory. */
export type Offset = number;

export type Loop = (...args: number[]) => void;

/** A WebAssembly.Memory that threads share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** The exports of kernels/index.ts; flags travel as 0 and 1. */
export type Loops = Readonly<Record<Operation, Loop>>;
