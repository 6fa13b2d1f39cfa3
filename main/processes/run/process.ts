import { SluiceError } from '../../errors.ts';
import { openStore } from '../../runs/store/store.ts';
import { executeHere } from './execute.ts';
import type { ToRun } from './messages.ts';

/** The process of one run, started by launcher.ts. It goes on when its parent is gone: the store is the only way to it. */

const stop = new AbortController();

async function execute({ home, id, network }: ToRun): Promise<void> {
  try {
    const store = openStore(home);
    try {
      await executeHere(store, id, network, { signal: stop.signal });
    } finally {
      store.close();
    }
  } catch (error) {
    // For process.log: the run may not have come to a log of its own.
    console.error(error instanceof SluiceError ? error.message : error);
    process.exitCode = 1;
  }
}

process.once('message', (message: ToRun) => {
  // Not amid the message: Node still has to do with the channel.
  setImmediate(() => process.disconnect());
  void execute(message);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
