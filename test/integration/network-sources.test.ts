import { describe, expect, it, onTestFinished } from 'vitest';
import { joinRun } from '../../main/processes/source/elsewhere/join-run.ts';
import { startServerProcess } from '../../main/processes/server/start.ts';
import { linkPresets } from '../../main/offload/link/link.ts';
import { startRelay, type Relay } from '../../main/offload/link/relay.ts';
import { resumeRun } from '../../main/runs/life/lifecycle.ts';
import type { Store } from '../../main/runs/store/store.ts';
import { createRun, eventsOf, execute, outcome, undisturbed, type Outcome } from '../support/network-runs.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';

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
    expect(eventsOf(store, id)).toEqual(expect.arrayContaining(['link-lost', 'link-reconnected']));
    expect(eventsOf(store, id)).not.toContain('source-died');
  });

  it('that does not know the token, or is not there, ends the run with what to do', async () => {
    const { relay, url } = await remoteServer();
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store);
    const wrong = { url, token: 'a token of another server' };
    await expect(execute(store, id, { network: { offload: wrong } })).rejects.toMatchObject({ code: 'auth-token' });
    expect(store.find(id).error).toMatch(/Use the one the offload server printed/);
    expect(eventsOf(store, id)).not.toContain('link-retry');
    await relay.close();
    resumeRun(store, id);
    const gone = execute(store, id, { network: { offload: wrong, retrySeconds: 1 } });
    await expect(gone).rejects.toThrow(/Cannot reach .*Check that the server runs/);
    expect(eventsOf(store, id)).toContain('link-retry');
  });
});

const twoApart = { count: 2, serverHalf: 'own' as const };
let trainedApart: Promise<Outcome> | undefined;

/** What the tiny run comes to with two sources that have a server half each, all started by the run. */
function apart(): Promise<Outcome> {
  return (trainedApart ??= (async () => {
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources: twoApart });
    await execute(store, id);
    return outcome(store, id);
  })());
}

/** Weights of the client half of both sources, as they ended. */
function clientsOf({ pairs, kept }: Outcome): unknown[] {
  return [0, 1].map((number) => kept[2 * pairs.findLastIndex(({ source }) => source === number)]);
}

describe('several sources', { timeout: 180_000 }, () => {
  /** Numbers of the steps that a source has records of. */
  const stepsOf = (store: Store, id: string, source: number): number[] =>
    store
      .steps(id)
      .filter((step) => step.source === source)
      .map(({ step }) => step);

  it('with a server half each are as many trainings, which averaging brings together', async () => {
    const [first, second] = clientsOf(await apart());
    expect(first).not.toEqual(second);
    const store = openTestStore(temporaryFolder());
    const averaged = createRun(store, { sources: { ...twoApart, averageEpochs: 1 } });
    await execute(store, averaged.id);
    const [one, other] = clientsOf(await outcome(store, averaged.id));
    expect(one).toEqual(other);
  });

  it('join from other machines', async () => {
    const { url, token } = await remoteServer();
    const offload = { url, token };
    const store = openTestStore(temporaryFolder());
    const { id } = createRun(store, { sources: twoApart });
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
    expect(await outcome(store, id)).toEqual(await apart());
  });
});
