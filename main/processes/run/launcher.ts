import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entry } from '../../entry.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import { stopRun } from '../../runs/life/lifecycle.ts';
import { isExecuted } from '../../runs/life/lock.ts';
import type { Store } from '../../runs/store/store.ts';
import type { ToRun } from './messages.ts';

/** A run to be launched, which is queued. */
export interface Launch {
  readonly id: string;
  /** The offload server elsewhere that it is to train with. */
  readonly server: ServerAddress | null;
  /** Told how its process ended, in words, where that can be seen. */
  readonly onExit: (how: string) => void;
}

/** Has runs executed somewhere, by processes that go on without this one: the store is the only way to them. */
export interface Launcher {
  /** Returns what executes the run, in words. */
  start(launch: Launch): string;
  /** Whether it was started and has not ended, by whoever that was. */
  alive(id: string): boolean;
  /** Asks it to end after a last checkpoint; at once when it has not begun. Throws `run-status` when it is over. */
  cancel(id: string): void;
}

/** Launches the runs of a home folder on this machine. */
export function localLauncher(home: string, store: Store): Launcher {
  /** Those that may not have taken up their run yet. */
  const started = new Set<string>();
  return {
    start({ id, server, onExit }) {
      const folder = store.folder(id);
      const pid = startLastingProcess({ home, id, network: server ? { offload: server } : {} }, folder, (how) => {
        started.delete(id);
        onExit(how);
      });
      started.add(id);
      return `process ${pid}`;
    },
    alive: (id) => started.has(id) || isExecuted(store.folder(id)),
    cancel: (id) => void stopRun(store, id),
  };
}

/** Starts a process that goes on when this one ends. What it prints, last words included, goes to `process.log`. */
function startLastingProcess(message: ToRun, folder: string, onExit: (how: string) => void): number {
  const { url, execArgv } = entry(import.meta.url, './process.ts');
  mkdirSync(folder, { recursive: true });
  const output = openSync(join(folder, 'process.log'), 'a');
  try {
    const child = fork(fileURLToPath(url), { execArgv, detached: true, stdio: ['ignore', output, output, 'ipc'] });
    child.once('exit', (code, signal) => onExit(signal ?? `exit code ${code}`));
    child.once('error', (error) => onExit(error.message));
    // It disconnects itself when it has the message.
    child.send(message, () => undefined);
    child.unref();
    child.channel?.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(output);
  }
}
