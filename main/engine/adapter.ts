import type { EngineName } from './choices.ts';
import type { Ops } from './ops/current.ts';

export interface EngineOptions {
  /** Threads of the CPU engine; defaultThreads when absent. */
  readonly threads?: number;
  /** False: a GPU that the processor plays will not do. */
  readonly software?: boolean;
}

/** The engine in use: the current TensorFlow.js backend, described. */
export interface Engine {
  readonly name: EngineName;
  /** The processor, as the system names it. */
  readonly device: string;
  /** What does the arithmetic: library, version, threads. */
  readonly detail: string;
  readonly threads: number;
  /** How this machine could be made faster; say it once. */
  readonly advice?: string;
}

/** An engine on one line, as runs and offload servers name it. */
export function engineWords({ name, device, detail }: { name: string; device: string; detail: string }): string {
  return `${name} · ${device}, ${detail}`;
}

/** Why an engine cannot be used here and what would change that. */
export interface Unavailable {
  readonly reason: string;
  readonly remedy: string;
}

/** How one engine is opened; each is a file beside this one, listed in adapters.ts. */
export interface EngineAdapter {
  readonly name: EngineName;
  /**
   * Its own versions of operations, in place of those of ops.ts. Kernels of TensorFlow.js (hasKernel in ops/kernel.ts) are
   * the other way; this one is for what does not fit a kernel.
   */
  readonly ops?: Partial<Ops>;
  /** Whether its device is gone, and what it had in memory with it; opening the engine again takes a new one. */
  readonly isLost?: () => boolean;
  /** Makes the engine current. Callable again, with other options. */
  open(options: EngineOptions): Promise<Engine | Unavailable>;
}
