import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entry } from '../../entry.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import type { ToRun } from '../../processes/run/messages.ts';

export interface LastingRun {
  /** The folder of the store. */
  readonly home: string;
  readonly id: string;
  /** Of the run. */
  readonly folder: string;
  /** The offload server elsewhere that it is to train with. */
  readonly server: ServerAddress | null;
  readonly onExit: (how: string) => void;
}

/**
 * Starts a process that executes a queued run and goes on when this one ends: the store is the only channel to it.
 * What it prints, last words included, goes to `process.log` in the folder of the run. `onExit` is told how it
 * ended. Returns its process id.
 */
export function startLastingRun({ home, id, folder, server, onExit }: LastingRun): number {
  const { url, execArgv } = entry(import.meta.url, '../../processes/run/process.ts');
  mkdirSync(folder, { recursive: true });
  const output = openSync(join(folder, 'process.log'), 'a');
  try {
    const child = fork(fileURLToPath(url), { execArgv, detached: true, stdio: ['ignore', output, output, 'ipc'] });
    child.once('exit', (code, signal) => onExit(signal ?? `exit code ${code}`));
    child.once('error', (error) => onExit(error.message));
    const message: ToRun = { kind: 'execute', home, id, network: server ? { offload: server } : {}, outlives: true };
    // It disconnects itself when it has the message.
    child.send(message, () => undefined);
    child.unref();
    child.channel?.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(output);
  }
}
