import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServerProcess } from '../../main/processes/server/start.ts';
import { openStore } from '../../main/runs/store/store.ts';
import { closing, temporaryFolder } from '../support/closing.ts';
import { createRun, execute, logOf, outcome, tinyRun, undisturbed } from '../support/network-runs.ts';
import { letIn, openWindow, startLab, until } from '../support/served-lab.ts';

/** Everything written under a folder, as text. */
function writtenIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}

/** A server process with a certificate of its own making. */
async function startServer(): Promise<{ url: string; token: string; fingerprint: string }> {
  const options = { home: temporaryFolder(), engine: 'cpu' as const, threads: 1, host: '127.0.0.1' };
  const { url, token, fingerprint } = closing(await startServerProcess({ ...options, tls: 'own' }));
  return { url, token, fingerprint: fingerprint! };
}

it('a run goes on in the lab with its offload server elsewhere', { timeout: 120_000 }, async () => {
  const { url, token, fingerprint } = await startServer();
  const home = temporaryFolder();
  const store = closing(openStore(home));
  const { id } = createRun(store);
  const stop = new AbortController();
  await execute(store, id, {
    network: { offload: { url, token, fingerprint } },
    signal: stop.signal,
    onStep: (steps) => steps === 7 && stop.abort(),
  });

  const { port, link } = await startLab(home);
  const { api, status } = await openWindow(port, await letIn(link));
  expect(await api.run(id)).toMatchObject({ status: 'stopped', server: { url, fingerprint, needed: true } });
  await expect(api.resume(id)).rejects.toMatchObject({ code: 'server-missing', path: 'url' });
  for (const [server, path] of [
    [{ url: 'gpu.example', token, fingerprint }, 'url'],
    [{ url: 'wss://127.0.0.1:1', token, fingerprint }, 'url'],
    [{ url, token: 'of another server', fingerprint }, 'token'],
    [{ url, token }, 'fingerprint'],
    [{ url, token, fingerprint: '00'.repeat(32) }, 'fingerprint'],
    [{ url, token, fingerprint: 'abc' }, 'fingerprint'],
    [{ url, token, ca: 'no certificate' }, 'ca'],
  ] as const) {
    await expect(api.resume(id, server)).rejects.toMatchObject({ path });
  }
  expect((await api.run(id)).status).toBe('stopped');

  await api.resume(id, { url, token, fingerprint });
  await until('finished', () => status(id) === 'finished');
  expect(await outcome(store, id)).toEqual(await undisturbed());
  expect(writtenIn(home)).not.toContain(token);
});

it(
  'the lab launches runs with an offload server elsewhere, and queues none that cannot use it',
  { timeout: 120_000 },
  async () => {
    const server = await startServer();
    const { url, token, fingerprint } = server;
    const home = temporaryFolder();
    const store = closing(openStore(home));
    const { port, link } = await startLab(home);
    const { api, status } = await openWindow(port, await letIn(link));
    const both = [tinyRun, { ...tinyRun, name: 'short', phases: [{ budget: 2, epochs: 1 }] }];

    for (const [inputs, given, problem] of [
      [both, { ...server, token: 'of another server' }, { path: 'token' }],
      [both, { url, token }, { path: 'fingerprint', message: /that the server shows, or the certificate/ }],
      [both, { ...server, url: 'wss://127.0.0.1:1' }, { path: 'url' }],
      [both, { ...server, ca: 'no certificate' }, { path: 'ca' }],
      [[{ ...tinyRun, processes: 'one' }], server, { path: 'processes' }],
      [[...both, { ...tinyRun, processes: 'one', name: 'alone' }], server, { message: /"alone".*expected separate/ }],
    ] as const) {
      await expect(api.launch([...inputs], 'elsewhere', given)).rejects.toMatchObject({
        ...problem,
        ...('message' in problem ? { message: expect.stringMatching(problem.message) as string } : {}),
      });
    }
    expect(await api.runs()).toEqual([]);

    const runs = await api.launch(both, 'elsewhere', server);
    expect(runs).toHaveLength(2);
    for (const { id } of runs) {
      await until('finished', () => status(id) === 'finished');
      expect(await api.run(id)).toMatchObject({ server: { url, fingerprint } });
      expect(logOf(store, id).map(({ event }) => event)).not.toContain('server-started');
    }
    expect(await outcome(store, runs[0].id)).toEqual(await undisturbed());
    expect(writtenIn(home)).not.toContain(token);
  },
);
