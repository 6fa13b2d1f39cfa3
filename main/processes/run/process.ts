import { SluiceError } from '../../errors.ts';
import { openStore } from '../../runs/store/store.ts';
import { failureOf } from '../../failure.ts';
import { executeHere } from './execute.ts';
import type { FromRun, ToRun } from './messages.ts';

/** The process of one run, started by start.ts. It stops with a checkpoint when asked to, or when its parent is gone. */

const stop = new AbortController();
let outlives = false;

async function execute({ home, id, network }: Extract<ToRun, { kind: 'execute' }>): Promise<void> {
  const tell = (message: FromRun): void => {
    if (process.connected) process.send?.(message);
  };
  try {
    const store = openStore(home);
    try {
      const onEvent = (event: Extract<FromRun, { kind: 'event' }>['event']): void => tell({ kind: 'event', event });
      const { status } = await executeHere(store, id, network, { signal: stop.signal, onEvent });
      tell({ kind: 'ended', status });
    } finally {
      store.close();
    }
  } catch (error) {
    // For process.log, where nobody else is told: the run may not have come to a log of its own.
    if (outlives) console.error(error instanceof SluiceError ? error.message : error);
    tell({ kind: 'failed', failure: failureOf(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

process.on('message', (message: ToRun) => {
  if (message.kind === 'stop') {
    stop.abort();
    return;
  }
  outlives = message.outlives ?? false;
  // Not amid the message: Node still has to do with the channel.
  if (outlives) setImmediate(() => process.disconnect());
  void execute(message);
});
process.on('disconnect', () => {
  if (!outlives) stop.abort();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
