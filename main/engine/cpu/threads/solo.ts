import type { WasmModule } from '../module.ts';
import type { Loops } from '../loops.ts';
import type { Call } from '../operations.ts';
import { performing, SCRATCH_BYTES } from './perform.ts';

/** The threads of the engine, the calling one among them, over the backend's memory. */
export interface Team {
  readonly threads: number;
  /** Does all the lists of calls, at the same time where there are threads for it. */
  run(parts: readonly (readonly Call[])[]): void;
  stop(): Promise<void>;
}

/** The calling thread alone, as in a browser. */
export function solo(module: WasmModule, loops: Loops): Team {
  const scratch = module._malloc(SCRATCH_BYTES);
  const perform = performing(loops, scratch, null);
  return {
    threads: 1,
    run: (parts) => parts.forEach(perform),
    stop() {
      module._free(scratch);
      return Promise.resolve();
    },
  };
}
