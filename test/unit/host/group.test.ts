import { expect, it } from 'vitest';
import { superviseGroup } from '../../../main/host/run/group.ts';
import type { Child } from '../../../main/host/child.ts';
import type { FromSource, SourceTask, ToSource } from '../../../main/host/source/messages.ts';
import { closing, temporaryFolder } from '../../support/closing.ts';
import { experiment } from '../../support/run-records.ts';
import { openTestStore } from '../../support/run-store.ts';

/** A process that says this when it is started, and ends. */
function process(says: readonly FromSource[], onMessage: (message: FromSource) => void): Child<ToSource> {
  let end: (how: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => (end = resolve));
  setImmediate(() => {
    says.forEach(onMessage);
    if (says.some(({ kind }) => kind === 'ended')) end('exit code 0');
  });
  return { pid: 1, send: () => undefined, kill: () => end('SIGKILL'), gone };
}

it(
  'a source that gives no sign any more is killed, and has twice the time when started again',
  { timeout: 30_000 },
  async () => {
    const store = openTestStore(temporaryFolder());
    const run = store.create(experiment({}), 1);
    const logged: string[] = [];
    const patience: unknown[] = [];
    const { signal } = new AbortController();
    const log = (event: string, details: object = {}): void => {
      logged.push(event);
      if ('seconds' in details) patience.push(details.seconds);
    };
    let starts = 0;
    const group = superviseGroup({
      session: { store, run, folder: store.folder(run.id), log, emit: () => undefined, signal },
      records: {
        add: () => undefined,
        flush: () => undefined,
        measured: () => undefined,
        rewind: () => undefined,
        skip: () => undefined,
      },
      sources: [0],
      folder: store.folder(run.id),
      task: () => ({}) as SourceTask,
      startProcess: () => (onMessage) => process(starts++ < 2 ? [] : [{ kind: 'ended' }], onMessage),
      stepsTaken: () => null,
      onEngine: () => undefined,
      stallSeconds: 1,
    });
    closing({ close: () => group.kill() });
    await group.done;
    expect(starts).toBe(3);
    const again = ['source-stuck', 'source-died', 'source-started'];
    expect(logged).toEqual(['source-started', ...again, ...again]);
    expect(patience).toEqual([1, 2]);
  },
);
