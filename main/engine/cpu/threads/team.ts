import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../../entry.ts';
import type { WasmModule } from '../module.ts';
import type { Blas } from '../blas.ts';
import { BOARD_BYTES, boardAt } from './board.ts';
import { sizeOfParts, writeParts } from './calls.ts';
import type { ThreadData } from './worker.ts';
import { SCRATCH_BYTES } from './perform.ts';
import type { Team } from './solo.ts';
import { createWork } from './work.ts';

/** Starts the other threads. They do not keep the process alive. */
export async function startTeam(threads: number, module: WasmModule, blas: Blas | null): Promise<Team> {
  const { memory } = module.asm;
  const offset = module._malloc(BOARD_BYTES);
  module.HEAPU8.fill(0, offset, offset + BOARD_BYTES);
  const board = boardAt(memory, offset);
  const scratch = module._malloc(SCRATCH_BYTES * threads);
  const perform = createWork(memory, scratch, blas);
  const others = Array.from({ length: threads - 1 }, (_, i) => {
    const own = scratch + SCRATCH_BYTES * (i + 1);
    const data: ThreadData = { memory, board: offset, scratch: own, blas: blas && blas.path };
    return startThread(import.meta.url, './worker.ts', data);
  });
  await Promise.all(others.map(ready));

  return {
    threads,
    run(parts) {
      if (parts.length === 1) {
        perform(parts[0]);
        return;
      }
      const lists = module._malloc(sizeOfParts(parts));
      writeParts(parts, memory, lists);
      board.post(lists, parts.length);
      board.work(perform);
      const done = board.awaitEnd();
      module._free(lists);
      if (!done) throw new Error('A thread of the cpu engine failed');
    },
    async stop() {
      await Promise.all(others.map((thread) => thread.terminate()));
      module._free(offset);
      module._free(scratch);
    },
  };
}

async function ready(thread: Worker): Promise<void> {
  await once(thread, 'message');
  thread.unref();
}
