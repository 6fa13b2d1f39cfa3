import { parentPort, workerData } from 'node:worker_threads';
import { loadBlas } from '../blas.ts';
import type { Offset, SharedMemory } from '../loops.ts';
import { boardAt } from './board.ts';
import { createWork } from './work.ts';

/** What a thread of the team is started with. */
export interface ThreadData {
  readonly memory: SharedMemory;
  /** Where in it the board lies, and this thread's own scratch memory. */
  readonly board: Offset;
  readonly scratch: Offset;
  /** The BLAS library that the team uses. */
  readonly blas: string | null;
}

const { memory, board: offset, scratch, blas } = workerData as ThreadData;
const perform = createWork(memory, scratch, blas === null ? null : loadBlas(blas));
const board = boardAt(memory, offset);
parentPort?.postMessage('ready');
for (;;) {
  board.awaitWork();
  board.work(perform);
}
