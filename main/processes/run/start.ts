import { SluiceError } from '../../errors.ts';
import type { RunEvent } from '../../runs/life/execution.ts';
import type { RunStatus } from '../../runs/store/run.ts';
import { startChild } from '../child.ts';
import { errorOf } from '../../failure.ts';
import type { FromRun, ToRun } from './messages.ts';
import type { NetworkOptions } from './network.ts';

/** A run that a process of its own executes. */
export interface RunProcess {
  /** The status it ended with. Rejects with what made it fail, or with `run-died`. */
  readonly ended: Promise<RunStatus>;
  /** Asks for a last checkpoint and the end. */
  stop(): void;
  /** Ends it without a checkpoint. */
  kill(): void;
}

export interface RunProcessOptions {
  /** The folder of the store. */
  readonly home: string;
  /** A queued run. */
  readonly id: string;
  readonly network?: Omit<NetworkOptions, 'join'>;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Starts a process that executes a queued run. It stops with a checkpoint when this process ends. */
export function startRunProcess({ home, id, network = {}, onEvent }: RunProcessOptions): RunProcess {
  let settle: { resolve: (status: RunStatus) => void; reject: (error: Error) => void };
  const ended = new Promise<RunStatus>((resolve, reject) => (settle = { resolve, reject }));
  const child = startChild<ToRun>(import.meta.url, './process.ts', (message: FromRun) => {
    if (message.kind === 'event') onEvent?.(message.event);
    else if (message.kind === 'ended') settle.resolve(message.status);
    else settle.reject(errorOf(message.failure));
  });
  child.send({ kind: 'execute', home, id, network });
  void child.gone.then((how) => {
    const advice = `Go on from its checkpoint: sluice resume ${id}`;
    settle.reject(new SluiceError('run-died', `The process of run ${id} died (${how}). ${advice}`));
  });
  return { ended, stop: () => child.send({ kind: 'stop' }), kill: child.kill };
}
