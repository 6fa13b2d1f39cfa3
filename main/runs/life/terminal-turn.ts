import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Store } from '../store/store.ts';
import { claimRun } from './claim.ts';
import { keepBeating } from './heartbeat.ts';
import { lockRun } from './lock.ts';

/** The runs that a terminal is to execute in turn, which others see as its own for as long as its process lives. */
export interface TerminalTurn {
  /** Those that have not begun and that nobody else has taken up or off. */
  waiting(): ReadonlySet<string>;
  /** The terminal does not execute this one any more. */
  leave(id: string): void;
  /** It executes none any more; those that have not begun are nobody's. */
  end(): Promise<void>;
}

/**
 * Takes queued runs into the queue of this process, as one that executes runs holds the lock of a folder: the operating
 * system lets go of it however the process ends, and other machines see a heartbeat.
 */
export function takeTurn(store: Store, runs: readonly { readonly id: string }[]): TerminalTurn {
  const terminal = randomUUID();
  const folder = store.terminalFolder(terminal);
  const lock = lockRun(folder, 0);
  const claim = claimRun(folder);
  const heartbeat = claim && keepBeating(claim);
  store.enqueueAt(
    terminal,
    runs.map(({ id }) => id),
  );
  const ours = (): string[] => store.terminalQueue().flatMap((each) => (each.terminal === terminal ? [each.id] : []));
  const waiting = (): ReadonlySet<string> => {
    const queued = new Set(store.marks().flatMap(({ id, status }) => (status === 'queued' ? [id] : [])));
    return new Set(ours().filter((id) => queued.has(id)));
  };
  const leave = (id: string): void => {
    if (ours().includes(id)) store.dequeue(id);
  };
  return {
    waiting,
    leave,
    async end() {
      const left = waiting();
      for (const id of ours().filter((each) => !left.has(each))) store.dequeue(id);
      await heartbeat?.stop();
      lock?.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
