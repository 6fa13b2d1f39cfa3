import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { entry } from '../../main/entry.ts';
import type { Execution, TakenUp } from '../../main/runs/life/execution.ts';
import type { RunLog } from '../../main/runs/life/log.ts';
import { openRunRecords } from '../../main/runs/life/run-records.ts';
import type { Run } from '../../main/runs/store/run.ts';
import { openStore, type Store } from '../../main/runs/store/store.ts';

/** A folder of its own for one test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-runs-'));
  onTestFinished(() => {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Windows removes no database whose libsql statements are not garbage-collected yet.
    }
  });
  return folder;
}

/** A store that is closed when the test ends. */
export function openTestStore(home: string): Store {
  const store = openStore(home);
  onTestFinished(() => store.close());
  return store;
}

/** A queued run as the process has it that executes it; what it logs goes to `log`. */
export async function takeUp(store: Store, run: Run, log: RunLog = () => undefined): Promise<Execution> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => controller.abort();
  const taken: TakenUp = { store, run, folder: store.folder(run.id), log, emit: () => undefined, signal, stop };
  const records = await openRunRecords(taken);
  onTestFinished(() => records.close());
  return { ...taken, records };
}

/** Starts run-child.ts in a process of its own. */
export function startChild(...args: string[]): ChildProcess {
  return startChildAs({}, ...args);
}

/** The same as another user. */
export function startChildAs(user: Pick<ForkOptions, 'uid' | 'gid'>, ...args: string[]): ChildProcess {
  const { url, execArgv } = entry(import.meta.url, './run-child.ts');
  const child = fork(url, args, { execArgv, ...user });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** kill -9, and wait until the process is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
