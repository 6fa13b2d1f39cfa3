import { saveCheckpoint } from '../../main/runs/checkpoint/checkpoint.ts';
import { isExecuted } from '../../main/runs/life/lock.ts';
import { openStore } from '../../main/runs/store/store.ts';
import { experiment, stepRecord, unbound, uniformSnapshot } from './run-records.ts';
import { executeToy } from './toy-training.ts';

/**
 * What tests start in a process of its own, mostly to kill it: `append <home> <run>` adds batches of ten steps for ever,
 * `save <folder> <k>` checkpoints k + 1, k + 2 and so on, `execute <home> <run> <stepMs>` executes a queued run,
 * `create <home>` creates a run, `isExecuted <folder>` tells whether a run is executed. Each tells its parent how far it is.
 */
const [mode, home = '', argument = '', stepMs] = process.argv.slice(2);

switch (mode) {
  case 'append': {
    const store = openStore(home);
    for (let batch = 0; ; batch++) {
      const steps = Array.from({ length: 10 }, (_, i) => stepRecord(batch * 10 + i));
      store.append(argument, steps);
      process.send?.(batch);
    }
  }
  case 'save':
    for (let k = Number(argument) + 1; ; k++) {
      await saveCheckpoint(home, new Map([[0, uniformSnapshot(k, 40_000)]]), unbound);
      process.send?.(k);
    }
  case 'execute': {
    const store = openStore(home);
    const toy = { stepsPerEpoch: 20, stepMs: Number(stepMs) };
    await executeToy(store, argument, toy, {
      onEvent: (event) => {
        if (event.kind === 'progress') process.send?.(event.stepsDone);
      },
    });
    store.close();
    process.disconnect();
    break;
  }
  case 'create': {
    const store = openStore(home);
    store.create(experiment(), 1);
    store.close();
    break;
  }
  case 'isExecuted':
    process.send?.(isExecuted(home));
    process.disconnect();
}
