import { describe, expect, it, onTestFinished } from 'vitest';
import { joinRun } from '../../main/processes/source/elsewhere/join-run.ts';
import { startRunProcess } from '../../main/processes/run/start.ts';
import { startServerProcess } from '../../main/processes/server/start.ts';
import { linkPresets } from '../../main/offload/link/link.ts';
import { startRelay, type Relay } from '../../main/offload/link/relay.ts';
import { pauseRun, continueRun, resumeRun } from '../../main/runs/life/lifecycle.ts';
import type { Store } from '../../main/runs/store/store.ts';
import { createRun, execute, killLogged, logOf, outcome, stallLogged, undisturbed } from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

const events = (store: Store, id: string): string[] => logOf(store, id).map(({ event }) => event);

/** A server that is there already, behind a link that can be cut. */
async function remoteServer(): Promise<{ relay: Relay; url: string; token: string }> {
  const server = await startServerProcess({ home: temporaryFolder(), engine: 'cpu', threads: 1 });
  const relay = await startRelay({
    target: { host: '127.0.0.1', port: Number(new URL(server.url).port) },
    link: linkPresets.ethernet,
  });
  onTestFinished(async () => {
    await relay.close();
    await server.close();
  });
  return { relay, url: `ws://127.0.0.1:${relay.port}`, token: server.token };
}

describe('a run in processes of its own', { timeout: 180_000 }, () => {
  it('is what it is in one process, bit for bit', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { link: 'ethernet' });
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
    const [step] = store.steps(id);
    expect(step.wireUp).toBeGreaterThan(step.bytesUp);
    expect(events(store, id)).not.toContain('source-died');
  });

  it('is the same when source, server and network are killed under way', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { link: 'ethernet' });
    const faults = new Map([
      [2, () => killLogged(store, id, 'source-started', 0)],
      [7, () => killLogged(store, id, 'server-started')],
      [9, () => killLogged(store, id, 'links-started')],
      [11, () => killLogged(store, id, 'source-started', 0)],
    ]);
    const onStep = (steps: number): void => {
      faults.get(steps)?.();
      faults.delete(steps);
    };
    await execute(store, id, { onStep });
    expect(faults.size).toBe(0);
    expect(await outcome(store, id)).toEqual(await undisturbed());
    expect(new Set(events(store, id).filter((event) => event.endsWith('-died')))).toEqual(
      new Set(['source-died', 'server-died', 'links-died']),
    );
  });

  it.runIf(process.platform !== 'win32')(
    'is the same when source, network and server stand still for a while',
    async () => {
      const store = openTestStore(temporaryFolder());
      const { id } = createRun(store, { link: 'wifi6' });
      const faults = new Map([
        [3, () => stallLogged(store, id, 'source-started', 0)],
        [6, () => stallLogged(store, id, 'links-started')],
        [10, () => stallLogged(store, id, 'server-started')],
      ]);
      const onStep = (steps: number): void => {
        faults.get(steps)?.();
        faults.delete(steps);
      };
      await execute(store, id, { onStep });
      expect(faults.size).toBe(0);
      expect(await outcome(store, id)).toEqual(await undisturbed());
    },
  );

  it('is slower on a device that has a share of a core, by about that share', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources: { cpuShare: 0.1 } });
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
    // Computing takes longer than its processor time where the machine is busy: then the device has to wait less.
    const stretch = store
      .steps(id)
      .map(({ clientSeconds, waitSeconds }) => (clientSeconds + waitSeconds) / clientSeconds)
      .sort((a, b) => a - b);
    expect(stretch[stretch.length >> 1]).toBeGreaterThan(1.5);
    expect(stretch[stretch.length >> 1]).toBeLessThan(20);
  });

  it('is the same when its supervisor is killed, and resumed', async () => {
    const home = temporaryFolder();
    const store = openTestStore(home);
    const { id } = createRun(store);
    const first = startRunProcess({
      home,
      id,
      onEvent: (event) => {
        if (event.kind === 'progress' && event.stepsDone === 6) first.kill();
      },
    });
    await expect(first.ended).rejects.toMatchObject({ code: 'run-died' });
    expect(openTestStore(home).find(id).status).toBe('interrupted');
    resumeRun(store, id);
    await execute(store, id);
    expect(await outcome(store, id)).toEqual(await undisturbed());
  });

  it('is the same when it is paused, stopped and resumed', async () => {
    const home = temporaryFolder();
    const [ours, theirs] = [openTestStore(home), openTestStore(home)];
    const { id } = createRun(ours);
    const stop = new AbortController();
    const onStep = (steps: number): void => {
      if (steps === 3) pauseRun(theirs, id);
      if (steps === 9) stop.abort();
    };
    const running = execute(ours, id, { onStep, signal: stop.signal });
    await expect.poll(() => theirs.find(id).status, { timeout: 20_000 }).toMatch(/paused|stopped/);
    if (theirs.find(id).status === 'paused') continueRun(theirs, id);
    expect((await running).status).toBe('stopped');
    resumeRun(ours, id);
    await execute(ours, id);
    expect(await outcome(ours, id)).toEqual(await undisturbed());
  });
});

describe('an offload server elsewhere', { timeout: 180_000 }, () => {
  it('serves a run whose connection is cut, with each step taken once', async () => {
    const { relay, ...offload } = await remoteServer();
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store);
    const onStep = (steps: number): void => {
      if (steps % 5 === 0) relay.cut();
    };
    await execute(store, id, { network: { offload }, onStep });
    expect(await outcome(store, id)).toEqual(await undisturbed());
    expect(events(store, id)).toEqual(expect.arrayContaining(['link-lost', 'link-reconnected']));
    expect(events(store, id)).not.toContain('source-died');
  });

  it('that does not know the token, or is not there, ends the run with what to do', async () => {
    const { relay, url } = await remoteServer();
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store);
    const wrong = { url, token: 'a token of another server' };
    await expect(execute(store, id, { network: { offload: wrong } })).rejects.toMatchObject({ code: 'auth-token' });
    expect(store.find(id).error).toMatch(/Use the one the offload server printed/);
    expect(events(store, id)).not.toContain('link-retry');
    await relay.close();
    resumeRun(store, id);
    const gone = execute(store, id, { network: { offload: wrong, retrySeconds: 1 } });
    await expect(gone).rejects.toThrow(/Cannot reach .*Check that the server runs/);
    expect(events(store, id)).toContain('link-retry');
  });
});

describe('several sources', { timeout: 180_000 }, () => {
  const sources = { count: 3, serverHalf: 'shared' as const };

  /** Numbers of the steps that a source has records of. */
  const stepsOf = (store: Store, id: string, source: number): number[] =>
    store
      .steps(id)
      .filter((step) => step.source === source)
      .map(({ step }) => step);

  it('go on when one of them is killed, which joins them again, and when the server is', async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources, phases: [{ budget: 2, epochs: 8 }], checkpointSteps: 5 });
    const faults = new Map([
      [20, () => killLogged(store, id, 'source-started', 1)],
      [34, () => killLogged(store, id, 'server-started')],
    ]);
    const onStep = (steps: number): void => {
      faults.get(steps)?.();
      faults.delete(steps);
    };
    const { status } = await execute(store, id, { onStep });
    expect(status).toBe('finished');
    expect(faults.size).toBe(0);
    // One that the server took from a source that died before it could say so is recorded as the server knows it.
    for (const source of [0, 1, 2]) {
      expect(stepsOf(store, id, source).sort((a, b) => a - b)).toEqual([...Array(16).keys()]);
    }
    expect(store.epochs(id)).toHaveLength(24);
    expect(store.pairs(id).map(({ source }) => source)).toEqual([0, 1, 2]);
    expect(logOf(store, id).find(({ event }) => event === 'source-died')).toMatchObject({ source: 1 });
  });

  it('with a server half each are as many trainings, which averaging brings together', async () => {
    const store = openTestStore(temporaryFolder());
    const input = { sources: { ...sources, count: 2, serverHalf: 'own' as const }, phases: [{ budget: 2, epochs: 2 }] };
    const apart = createRun(store, input);
    await execute(store, apart.id);
    const averaged = createRun(store, { ...input, sources: { ...input.sources, averageEpochs: 1 } });
    await execute(store, averaged.id);
    const clients = async (id: string): Promise<unknown[]> => ((await outcome(store, id)) as { kept: unknown[] }).kept;
    const [first, , second] = await clients(apart.id);
    expect(first).not.toEqual(second);
    const [one, , other] = await clients(averaged.id);
    expect(one).toEqual(other);
  });

  it('join from other machines', async () => {
    const { url, token } = await remoteServer();
    const offload = { url, token };
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources: { ...sources, count: 2, serverHalf: 'own' } });
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const said: string[] = [];
    let joining: Promise<void> | undefined;
    const announce = ({ url, token }: { url: string; token: string }): void => {
      const run = { url, token };
      joining = joinRun({ run, retrySeconds: 10, signal: stop.signal, onEvent: (text) => said.push(text) });
    };
    const network = { offload, join: { count: 1, host: '127.0.0.1', port: 0, announce } };
    await execute(store, id, { network });
    await joining;
    expect(said[0]).toMatch(/^Joined the run/);
    expect(stepsOf(store, id, 1)).toEqual([...Array(9).keys()]);
    const alone = createRun(store, { sources: { ...sources, count: 2, serverHalf: 'own' } });
    await execute(store, alone.id);
    expect(await outcome(store, id)).toEqual(await outcome(store, alone.id));
  });
});
