import type { Database } from './database.ts';

/** Runs that somebody is to execute in turn: the lab (`queue`), or a terminal, each its own. */
export interface QueueTable {
  /** Those of the lab, in the order they came. */
  queue(): QueuedRun[];
  /** Those of terminals, whose processes may have died. */
  terminalQueue(): TerminalRun[];
  /** Puts a run at the end of the lab's queue, as if it had never been in it. */
  enqueue(id: string): void;
  /** Puts runs into the queue of a terminal, and out of any other. */
  enqueueAt(terminal: string, ids: readonly string[]): void;
  /** Takes it out of the queue it is in. */
  dequeue(id: string): void;
  countAttempt(id: string): void;
}

export interface QueuedRun {
  readonly id: string;
  /** How often it was begun since it came. */
  readonly attempts: number;
}

export interface TerminalRun {
  readonly id: string;
  readonly terminal: string;
}

export function queueTable(database: Database): QueueTable {
  return {
    queue: () => database.all<QueuedRun>('SELECT run AS id, attempts FROM queue WHERE terminal IS NULL ORDER BY place'),
    terminalQueue: () =>
      database.all<TerminalRun>('SELECT run AS id, terminal FROM queue WHERE terminal IS NOT NULL ORDER BY place'),
    enqueue: (id) => {
      database.run('INSERT OR REPLACE INTO queue (run, attempts) VALUES (?, 0)', id);
    },
    enqueueAt: (terminal, ids) =>
      database.transaction(() => {
        for (const id of ids) {
          database.run('INSERT OR REPLACE INTO queue (run, attempts, terminal) VALUES (?, 0, ?)', id, terminal);
        }
      }),
    dequeue: (id) => {
      database.run('DELETE FROM queue WHERE run = ?', id);
    },
    countAttempt: (id) => {
      database.run('UPDATE queue SET attempts = attempts + 1 WHERE run = ?', id);
    },
  };
}
