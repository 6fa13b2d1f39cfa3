import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../main/engine/engine.ts';
import { entry } from '../../main/entry.ts';
import { startServerProcess, type ServerListeners, type ServerProcess } from '../../main/processes/server/start.ts';
import type { ServeOptions } from '../../main/processes/server/serve.ts';
import type { ServerStats } from '../../main/processes/server/stats.ts';
import { encodeHalfState } from '../../main/offload/protocol/half-state.ts';
import { fetchState, keepState, restoreState } from '../../main/offload/client/remote-half.ts';
import type { ServerEvent } from '../../main/offload/server/server.ts';
import { newToken } from '../../main/offload/transport/token.ts';
import { closing, temporaryFolder } from '../support/closing.ts';
import { batchOf, connectTo, localHalf, smallSession, stepOver } from '../support/offload.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

async function start(options: Partial<ServeOptions> = {}, listeners: ServerListeners = {}): Promise<ServerProcess> {
  const home = temporaryFolder();
  return closing(await startServerProcess({ home, engine: 'cpu', threads: 1, ...options }, listeners));
}

describe('the process of an offload server', () => {
  it('goes on from what it kept after a kill, bit for bit', async () => {
    const home = temporaryFolder();
    const session = smallSession();
    const first = await start({ home });
    const client = await connectTo(first, session);
    await stepOver(client, batchOf('a'));
    const kept = await keepState(client, 'step-1');
    await stepOver(client, batchOf('b'));
    first.kill();
    expect(await first.gone).toBe('SIGKILL');
    const asked = stepOver(client, batchOf('c'));

    // In its place, under the same address: the session is lost, what was kept is not.
    await start({ home, port: Number(new URL(first.url).port), token: first.token });
    await expect(asked).rejects.toMatchObject({ code: 'session-lost' });
    const later = await connectTo(first, { ...session, id: newToken() });
    await restoreState(later, kept);
    for (const key of ['b', 'c']) await stepOver(later, batchOf(key));
    const half = localHalf(session);
    for (const key of ['a', 'b', 'c']) await half.step(batchOf(key));
    expect(await fetchState(later)).toEqual(encodeHalfState(await half.read()));
  });

  it('is known by the fingerprint of a certificate of its own making, also after a restart', async () => {
    const home = temporaryFolder();
    const first = await start({ home, tls: 'own' });
    expect(first.url).toMatch(/^wss:/);
    await stepOver(await connectTo(first), batchOf('a'));
    await expect(connectTo({ ...first, fingerprint: 'ab'.repeat(32) })).rejects.toMatchObject({
      code: 'fingerprint-mismatch',
    });
    const { url, token } = first;
    await expect(connectTo({ url, token })).rejects.toMatchObject({ code: 'tls-untrusted' });
    await first.close();
    expect((await start({ home, tls: 'own' })).fingerprint).toBe(first.fingerprint);
  });

  it('says who trains with it and what happens', async () => {
    const stats: ServerStats[] = [];
    const events: ServerEvent[] = [];
    const server = await start({}, { onStats: (now) => stats.push(now), onEvent: (event) => events.push(event) });
    const session = smallSession();
    const client = await connectTo(server, session);
    await stepOver(client, batchOf('a'));
    await expect
      .poll(() => stats.at(-1)?.clients, { timeout: 10_000 })
      .toMatchObject([{ id: session.id, run: session.source.run, source: 0, model: 'cnn', steps: 1 }]);
    expect(stats.at(-1)!.clients[0].address).toContain('127.0.0.1');
    expect(stats.at(-1)!.clients[0].bytesUp).toBeGreaterThan(batchOf('a').maps.byteLength);
    await client.close({ done: true });
    await expect
      .poll(() => events.map(({ kind }) => kind), { timeout: 10_000 })
      .toEqual(['connected', 'opened', 'ended', 'disconnected']);
  });

  it('says why it cannot start', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'listen-insecure', path: 'host' });
  });
});

describe('sluice offload', () => {
  it('prints what to type on the other machine, and ends with Ctrl-C', async () => {
    const { url: cli, execArgv } = entry(import.meta.url, '../../main/cli.ts');
    const args = ['offload', '--port', '0', '--tls', '--engine', 'cpu', '--threads', '1'];
    const child = spawn(process.execPath, [...execArgv, fileURLToPath(cli), ...args], {
      env: { ...process.env, SLUICE_HOME: temporaryFolder(), SLUICE_TOKEN: undefined },
    });
    closing({ close: () => child.kill('SIGKILL') });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    const line = /sluice run \S+ --offload (\S+) --token (\S+) --fingerprint (\S+)/;
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(line);
    const [, url, token, fingerprint] = line.exec(output)!;
    const client = await connectTo({ url, token, fingerprint });
    await stepOver(client, batchOf('a'));
    await client.close();
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output).toMatch(/opened a session: run \S+, cnn/);
  });
});
