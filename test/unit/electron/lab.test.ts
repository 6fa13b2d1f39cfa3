import { MessageChannel } from 'node:worker_threads';
import type { MessagePortMain } from 'electron';
import { createBirpc, type BirpcReturn } from 'birpc';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectLab, stopRuns } from '../../../electron/lab.ts';
import type { LabEvents, RunStatus, RunSummary } from '../../../main/api.ts';

const run = (id: string, status: RunStatus): RunSummary => ({ id, name: id, status }) as RunSummary;

/** A lab of these runs at the other end of a port such as Electron's. */
function labWith(runs: RunSummary[]) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const asked: string[] = [];
  const rpc: BirpcReturn<LabEvents> = createBirpc<LabEvents>(
    {
      hello: () => ({ protocol: 2 }),
      runs: () => runs,
      stop: (id: string) => {
        asked.push(id);
        void rpc.runs.asEvent([run(id, 'stopped')], []);
      },
    },
    { post: (message: unknown) => port1.postMessage(message), on: (listener) => port1.on('message', listener) },
  );
  const port = {
    postMessage: (message: unknown) => port2.postMessage(message),
    start: () => port2.start(),
    on: (_name: 'message', listener: (event: { data: unknown }) => void) =>
      port2.on('message', (data: unknown) => listener({ data })),
    once: (_name: 'close', listener: () => void) => port2.once('close', listener),
  };
  return { rpc, asked, port: port as unknown as MessagePortMain, close: () => port1.close() };
}

describe('the lab as the shell sees it', () => {
  it('knows which runs have a process, as they come and go', async () => {
    const { rpc, port } = labWith([run('a', 'running'), run('b', 'finished'), run('c', 'queued'), run('d', 'paused')]);
    const changed = vi.fn();
    const lab = connectLab(port, changed);
    const active = (): string[] => lab.active().map(({ id }) => id);
    await vi.waitFor(() => expect(active()).toEqual(['a', 'd']));
    void rpc.runs.asEvent([run('c', 'running'), run('a', 'failed')], ['d']);
    await vi.waitFor(() => expect(active()).toEqual(['c']));
    expect(changed).toHaveBeenCalledTimes(2);
    // What it does not listen to does it no harm.
    void rpc.notice.asEvent({ level: 'info', text: 'hello' });
    void rpc.runs.asEvent([], ['c']);
    await vi.waitFor(() => expect(active()).toEqual([]));
  });

  it('has no active runs any more when the lab is gone', async () => {
    const { port, close } = labWith([run('a', 'running')]);
    const lab = connectLab(port, vi.fn());
    await vi.waitFor(() => expect(lab.active()).toHaveLength(1));
    close();
    await vi.waitFor(() => expect(lab.active()).toHaveLength(0));
    await expect(lab.api.runs()).rejects.toThrow(/closed/);
  });

  it('stops all runs and waits until they have ended, but not for ever', async () => {
    const { port, asked } = labWith([run('a', 'running'), run('d', 'paused')]);
    const lab = connectLab(port, vi.fn());
    await vi.waitFor(() => expect(lab.active()).toHaveLength(2));
    expect(await stopRuns(lab)).toBe(true);
    expect(asked).toEqual(['a', 'd']);

    const stubborn = { active: () => [run('a', 'running')], api: { ...lab.api, stop: () => Promise.resolve() } };
    expect(await stopRuns(stubborn, 50)).toBe(false);
  });
});
