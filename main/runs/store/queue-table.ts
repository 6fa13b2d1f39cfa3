import type { Database } from './database.ts';

/** Runs the lab is to execute. A run from a terminal is not among them: the terminal executes it. */
export interface QueueTable {
  /** In the order they came. */
  queue(): QueuedRun[];
  /** Puts a run at the end of the queue, as if it had never been in it. */
  enqueue(id: string): void;
  /** Takes it out, if it is in. */
  dequeue(id: string): void;
  countAttempt(id: string): void;
}

export interface QueuedRun {
  readonly id: string;
  /** How often it was begun since it came. */
  readonly attempts: number;
}

export function queueTable(database: Database): QueueTable {
  return {
    queue: () => database.all<QueuedRun>('SELECT run AS id, attempts FROM queue ORDER BY place'),
    enqueue: (id) => {
      database.run('INSERT OR REPLACE INTO queue (run, attempts) VALUES (?, 0)', id);
    },
    dequeue: (id) => {
      database.run('DELETE FROM queue WHERE run = ?', id);
    },
    countAttempt: (id) => {
      database.run('UPDATE queue SET attempts = attempts + 1 WHERE run = ?', id);
    },
  };
}
