import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../main/lab/lab.ts';
import { linkToRunningLab, serveLab, type ServedLab } from '../../../main/lab/web/serve-lab.ts';
import { encodeMessage } from '../../../main/wire.ts';
import { lockRun } from '../../../main/runs/life/lock.ts';
import { experiment, stepRecord } from '../../support/run-records.ts';
import { openTestStore } from '../../support/run-store.ts';
import { temporaryHome } from '../../support/home.ts';
import { letIn, openSocket, openWindow, until } from '../../support/served-lab.ts';

const home = temporaryHome();
const folder = join(home, 'window');
let lab: Lab;
let served: ServedLab;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>window');
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'start()');
  writeFileSync(join(home, 'secret.txt'), 'secret');
  lab = openLab();
  served = await serveLab(lab, { port: 0, folder });
});

afterAll(async () => {
  await served.close();
  await lab.close();
});

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As it is: neither path nor headers are put right. */
async function ask(path: string, { method = 'GET', headers = {} }: Ask = {}) {
  const host = `127.0.0.1:${served.port}`;
  const sent = request({ port: served.port, path, method, headers: { host, ...headers } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** Whether a socket is let in, or the code it was closed with. */
function socketEnds(headers: Readonly<Record<string, string>>, first?: Uint8Array | string): Promise<unknown> {
  const socket = openSocket(served.port, headers);
  socket.on('error', () => undefined);
  if (first !== undefined) socket.once('open', () => socket.send(first));
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('the lab over HTTP', () => {
  it('lets one browser in for each link and gives it the window', async () => {
    const link = served.link();
    const first = await ask(link.slice(link.indexOf('/?')));
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    const [set] = first.headers['set-cookie']!;
    expect(set).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(';')[0];
    const page = await ask('/', { headers: { cookie } });
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>window' });
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self';") as string,
    });
    const asset = await ask('/assets/main-abc.js', { headers: { cookie } });
    expect(asset).toMatchObject({ status: 200, body: 'start()' });
    expect(asset.headers['cache-control']).toContain('immutable');

    expect(await ask(link.slice(link.indexOf('/?')))).toMatchObject({ status: 401 });
    // Who has been let in may come with a used link.
    expect(await ask(link.slice(link.indexOf('/?')), { headers: { cookie } })).toMatchObject({ status: 303 });
    expect((await ask('/assets/main-abc.js', { method: 'HEAD', headers: { cookie } })).body).toBe('');
  });

  it('refuses strangers, other names and other methods', async () => {
    const cookie = await letIn(served.link());
    for (const path of ['/', '/index.html', '/assets/main-abc.js', '/?token=', '/?token=wrong']) {
      expect((await ask(path)).status, path).toBe(401);
      expect((await ask(path, { headers: { cookie: `${cookie.slice(0, -1)}_` } })).status).toBe(401);
    }
    const { body } = await ask('/');
    expect(body).toContain('sluice lab');
    for (const host of ['evil.example', `evil.example:${served.port}`, '127.0.0.1.evil.example', '10.0.0.7', '@']) {
      expect((await ask('/', { headers: { cookie, host } })).status, host).toBe(403);
    }
    for (const host of ['localhost:8080', '[::1]:9', '127.0.0.1']) {
      expect((await ask('/', { headers: { cookie, host } })).status, host).toBe(200);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask('/', { method, headers: { cookie } })).status).toBe(405);
    }
  });

  it('gives no file from beside the window', async () => {
    const cookie = await letIn(served.link());
    const tries = [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/../../secret.txt',
      '//secret.txt',
    ];
    const more = [
      '/assets',
      '/..\\secret.txt',
      `/${join(home, 'secret.txt')}`,
      '/index.html%00',
      '/__proto__',
      'secret.txt',
    ];
    for (const path of [...tries, ...more]) {
      const { status, body } = await ask(path, { headers: { cookie } });
      expect([400, 404], path).toContain(status);
      expect(body).not.toContain('secret');
    }
  });

  it('gives new links to the owner of the home folder alone', async () => {
    const file = join(home, 'lab.json');
    const { secret } = JSON.parse(readFileSync(file, 'utf8')) as { secret: string };
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const link = await linkToRunningLab(home);
    expect(await letIn(link!)).toContain('=');
    const authorization = `Bearer ${secret}`;
    const asked = (headers: Readonly<Record<string, string>>) => ask('/link', { method: 'POST', headers });
    expect((await asked({ authorization })).status).toBe(200);
    // A page would say where it comes from.
    expect((await asked({ authorization, origin: `http://127.0.0.1:${served.port}` })).status).toBe(405);
    expect((await asked({ authorization: 'Bearer wrong' })).status).toBe(405);
    expect((await asked({ cookie: await letIn(served.link()) })).status).toBe(405);
  });

  it('connects only its own pages', async () => {
    const cookie = await letIn(served.link());
    const refused = 1006;
    expect(await socketEnds({})).toBe(refused);
    expect(await socketEnds({ cookie: 'sluice=wrong' })).toBe(refused);
    expect(await socketEnds({ cookie, origin: 'http://evil.example' })).toBe(refused);
    expect(await socketEnds({ cookie, origin: 'null' })).toBe(refused);
    expect(await socketEnds({ cookie, origin: `http://127.0.0.1:${served.port + 1}` })).toBe(refused);
    expect(await socketEnds({ cookie, host: 'evil.example', origin: 'http://evil.example' })).toBe(refused);
    const { api } = await openWindow(served.port, cookie);
    expect(await api.hello()).toMatchObject({ home, host: 'browser' });
  });

  it('closes connections over which something else than requests comes', async () => {
    const cookie = await letIn(served.link());
    const call = { t: 'q', m: 'hello', a: [], i: '1' };
    expect(await socketEnds({ cookie }, 'hello')).toBe(1007);
    expect(await socketEnds({ cookie }, Uint8Array.of(0xc1))).toBe(1007);
    expect(await socketEnds({ cookie }, encodeMessage(call).slice(0, -1))).toBe(1007);
    for (const message of [
      null,
      1,
      [],
      {},
      { ...call, t: 's' },
      { ...call, m: 1 },
      { ...call, a: {} },
      { ...call, i: 1 },
    ]) {
      expect(await socketEnds({ cookie }, encodeMessage(message)), JSON.stringify(message)).toBe(1008);
    }
    expect(await socketEnds({ cookie }, new Uint8Array(9 * 2 ** 20))).toBe(1009);
  });

  it('outlives those that are turned away and do not wait for the answer', async () => {
    const upgrade = ['GET /lab HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', '', ''];
    const leave = async (): Promise<void> => {
      const socket = connect(served.port, '127.0.0.1');
      await once(socket, 'connect');
      // More than is read before the answer, so that the connection is reset.
      socket.on('error', () => undefined).write(upgrade.join('\r\n') + 'x'.repeat(100_000));
      await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    };
    for (let i = 0; i < 50; i++) await leave();
    expect((await ask('/')).status).toBe(401);
  });

  it('can be served again on its port, where windows are still let in', async () => {
    const other = await serveLab(lab, { folder });
    const cookie = await letIn(other.link());
    // It tried where the lab was last.
    expect(other.port).not.toBe(served.port);
    await expect(serveLab(lab, { port: other.port, folder })).rejects.toMatchObject({ code: 'port-in-use' });
    await other.close();
    const again = await serveLab(lab, { folder });
    expect(again.port).toBe(other.port);
    await openWindow(again.port, cookie);
    await again.close();
    expect(await linkToRunningLab(home)).toBeNull();
    await expect(serveLab(lab, { host: '0.0.0.0', folder })).rejects.toMatchObject({
      code: 'lab-exposed',
      path: 'host',
    });
  });
});

describe('a procedure', () => {
  it('is one of the contract, given what it wants', async () => {
    const { api } = await openWindow(served.port, await letIn(served.link()));
    const call = (method: string, ...args: unknown[]) => api.$call(method as 'hello', ...(args as []));
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty', '$close', 'nothing']) {
      await expect(call(name), name).rejects.toBeDefined();
    }
    const rejections: [string, unknown[], object][] = [
      ['run', ['0001-none'], { code: 'run-unknown' }],
      ['run', [], { code: 'bad-input' }],
      ['steps', ['0001-none', -1], { code: 'bad-input' }],
      ['steps', [{ id: 1 }, 0], { code: 'bad-input' }],
      ['changeSettings', [{ threads: 0 }], { code: 'bad-input', path: 'threads' }],
      ['changeSettings', [{ paper: { widthMm: 1e9 } }], { code: 'bad-input', path: 'paper.widthMm' }],
      ['changeSettings', [{ else: 1 }], { code: 'bad-input', path: 'else' }],
      ['launch', [[], 'x'], { code: 'bad-input' }],
      ['launch', [[{ batchSize: 0 }], 'x'], { code: 'bad-experiment', path: 'batchSize' }],
      ['launch', [[{ dataset: { name: 'cifar10' } }], 'x'], { code: 'dataset-missing', path: 'dataset.name' }],
      [
        'launch',
        [[{}, { name: 'odd', seeds: [1, 1] }], 'x'],
        { code: 'bad-experiment', message: expect.stringMatching(/^Experiment "odd"/) as string },
      ],
      ['samples', ['../data', 4], { code: 'dataset-unknown' }],
      ['removeDataset', ['synthetic'], { code: 'dataset-built-in' }],
      ['delete', [['../..']], { code: 'run-unknown' }],
    ];
    for (const [name, args, error] of rejections) await expect(call(name, ...args), name).rejects.toMatchObject(error);
    expect(await api.runs()).toEqual([]);
  });

  it('tells all windows of settings, and goes by them', async () => {
    const cookie = await letIn(served.link());
    const [one, two] = [await openWindow(served.port, cookie), await openWindow(served.port, cookie)];
    await one.api.changeSettings({ threads: 1, engine: 'cpu' });
    expect(await two.api.settings()).toMatchObject({ threads: 1, engine: 'cpu', theme: 'system' });
    expect(two.told.settings).toMatchObject([[{ threads: 1 }]]);
    const { experiment } = await two.api.examine({ method: 'full' });
    expect(experiment).toMatchObject({ threads: 1, engine: 'cpu' });
    expect((await two.api.examine({ threads: 2 })).experiment).toMatchObject({ threads: 2 });
    const [first] = await two.api.preset('quickstart', false);
    expect(first).toMatchObject({ threads: 1, engine: 'cpu' });
    expect((await two.api.presets()).find(({ name }) => name === 'quickstart')).toMatchObject({
      paper: null,
      hasSmall: false,
    });
    expect((await two.api.presets()).every(({ experiments }) => experiments.length > 0)).toBe(true);
    expect(await two.api.experimentSchema()).toHaveProperty('$defs.Experiment.properties.phases');
  });

  it('shows runs that other processes execute as they go', async () => {
    const window = await openWindow(served.port, await letIn(served.link()));
    const terminal = openTestStore(home);
    const { id } = terminal.create(experiment(), 1);
    await until('the run', () => window.status(id) === 'queued');
    const lock = lockRun(terminal.folder(id), 0)!;
    terminal.setStatus(id, 'running');
    await window.api.watch([id]);
    terminal.append(id, [stepRecord(0), stepRecord(1)]);
    await until('its steps', () => window.told.steps.some(([, { columns }]) => columns.step.length === 2));
    await until('progress', () => window.told.runs.some(([runs]) => runs[0]?.progress?.stepsDone === 2));
    // The lab leaves its execution to the terminal, but sees when that has died.
    lock.release();
    await until('its end', () => window.status(id) === 'interrupted');
    terminal.delete(id);
    await until('its deletion', () => window.told.runs.some(([, deleted]) => deleted.includes(id)));
  });

  it('that takes long is done elsewhere: samples, imports, the offload server', async () => {
    const { api, told } = await openWindow(served.port, await letIn(served.link()));
    const samples = await api.samples('synthetic', 20);
    expect(samples).toHaveLength(20);
    expect(samples[0].label).toBe(samples[1].label);
    expect([...samples[0].png.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);

    for (const [request, path] of [
      [{ path: join(home, 'nowhere') }, 'path'],
      [{ path: 'leaves' }, 'path'],
      [{ path: home, name: 'synthetic' }, 'name'],
      [{ path: home, name: 'No Name' }, 'name'],
    ] as const) {
      await expect(api.importDataset(request)).rejects.toMatchObject({ path });
    }
    const nothing = join(home, 'nothing');
    mkdirSync(nothing);
    const { id, status } = await api.importDataset({ path: nothing });
    expect(status).toBe('running');
    await expect.poll(() => told.dataTask.at(-1)?.[0].status, { timeout: 20_000 }).toBe('failed');
    expect(told.dataTask.at(-1)![0]).toMatchObject({ id, notes: [expect.stringContaining('holds no files')] });

    const state = await api.startServer({ host: '127.0.0.1', port: 0, tls: false });
    expect(state).toMatchObject({ status: 'running', clients: [], fingerprint: null });
    await expect(api.startServer({ host: '127.0.0.1', port: 0, tls: false })).rejects.toMatchObject({
      code: 'server-running',
    });
    expect(await api.stopServer()).toEqual({ status: 'stopped', error: null });
    expect(told.server.map(([{ status }]) => status)).toEqual(
      expect.arrayContaining(['starting', 'running', 'stopped']),
    );
  });
});
