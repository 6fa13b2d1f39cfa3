import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../../main/lab/lab.ts';
import { readLabFile } from '../../../main/lab/web/lab-file.ts';
import { linkToRunningLab, serveLab, shutOutBrowsers, type ServedLab } from '../../../main/lab/web/serve-lab.ts';
import { encodeMessage, notLetIn } from '../../../main/wire.ts';
import { lockRun } from '../../../main/runs/life/lock.ts';
import { experiment, stepRecord } from '../../support/run-records.ts';
import { openTestStore } from '../../support/run-store.ts';
import { temporaryHome } from '../../support/home.ts';
import { enter, letIn, openSocket, openWindow, until } from '../../support/served-lab.ts';

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

/** The code that a socket is closed with, which says `first` when it is open. */
function socketEnds(headers: Readonly<Record<string, string>>, ...first: (Uint8Array | string)[]): Promise<unknown> {
  const socket = openSocket(served.port, headers);
  socket.on('error', () => undefined);
  socket.once('open', () => first.forEach((message) => socket.send(message)));
  return new Promise((resolve) => socket.once('close', resolve));
}

const pass = (session: string): Uint8Array => encodeMessage({ session });
const codeOf = (link: string): string => new URL(link).searchParams.get('token')!;

describe('the lab over HTTP', () => {
  it('gives everybody the window, which holds nothing of the lab', async () => {
    const page = await ask('/');
    expect(page).toMatchObject({ status: 200, body: '<!doctype html>window' });
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self'; .*; frame-ancestors 'none'$/,
      ) as string,
    });
    const asset = await ask('/assets/main-abc.js');
    expect(asset).toMatchObject({ status: 200, body: 'start()' });
    expect(asset.headers['cache-control']).toContain('immutable');
    expect((await ask('/assets/main-abc.js', { method: 'HEAD' })).body).toBe('');
  });

  it('refuses other names and other methods', async () => {
    for (const host of ['evil.example', `evil.example:${served.port}`, '127.0.0.1.evil.example', '10.0.0.7', '@']) {
      expect((await ask('/', { headers: { host } })).status, host).toBe(403);
    }
    for (const host of ['localhost:8080', '[::1]:9', '127.0.0.1']) {
      expect((await ask('/', { headers: { host } })).status, host).toBe(200);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask('/', { method })).status).toBe(405);
    }
  });

  it('tells another port nothing that would let it in', async () => {
    // What a browser knows of the lab, and shows to every port of this machine: its cookies.
    const link = served.link();
    const answers = [await ask(link.slice(link.indexOf('/?'))), await ask('/'), await ask('/assets/main-abc.js')];
    await letIn(link);
    const cookies = answers.flatMap(({ headers }) => headers['set-cookie'] ?? []);
    const heard: string[] = [];
    const stranger = createServer(({ headers }, response) => {
      heard.push(JSON.stringify(headers));
      response.end();
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    const cookie = cookies.map((set) => set.split(';')[0]).join('; ');
    await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie, referer: link } });
    stranger.close();
    expect(heard).toHaveLength(1);
    expect(cookies).toEqual([]);
    expect(await socketEnds({ cookie }, encodeMessage({}))).toBe(notLetIn);
    // Nor does the link, which the browser has used.
    expect(await socketEnds({}, encodeMessage({ code: codeOf(link) }))).toBe(notLetIn);
  });

  it('gives no file from beside the window', async () => {
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
      const { status, body } = await ask(path);
      expect([400, 404], path).toContain(status);
      expect(body).not.toContain('secret');
    }
  });

  it('gives new links to the owner of the home folder alone', async () => {
    const file = join(home, 'lab.json');
    const { secret } = JSON.parse(readFileSync(file, 'utf8')) as { secret: string };
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const link = await linkToRunningLab(home);
    const session = await letIn(link!);
    expect(readFileSync(file, 'utf8')).not.toContain(session);
    const authorization = `Bearer ${secret}`;
    const asked = (headers: Readonly<Record<string, string>>) => ask('/link', { method: 'POST', headers });
    expect((await asked({ authorization })).status).toBe(200);
    // A page would say where it comes from.
    expect((await asked({ authorization, origin: `http://127.0.0.1:${served.port}` })).status).toBe(405);
    expect((await asked({ authorization: 'Bearer wrong' })).status).toBe(405);
    expect((await asked({ authorization: `Bearer ${session}` })).status).toBe(405);
  });

  it('lets one browser in for each link, and none without', async () => {
    const link = served.link();
    const session = await letIn(link);
    expect(await socketEnds({}, encodeMessage({ code: codeOf(link) }))).toBe(notLetIn);
    const none = [{}, { code: '' }, { session: '' }, { session: `${session.slice(0, -1)}_` }, { cookie: session }];
    for (const wrong of none) expect(await socketEnds({}, encodeMessage(wrong)), JSON.stringify(wrong)).toBe(notLetIn);
    // One that is in already may come with a used link, and uses a new one up.
    const socket = openSocket(served.port);
    const unused = served.link();
    expect(await enter(socket, { session, code: codeOf(unused) })).toBe(session);
    socket.terminate();
    await expect(letIn(unused)).rejects.toThrow(String(notLetIn));
  });

  it('connects only its own pages', async () => {
    const first = pass(await letIn(served.link()));
    const refused = 1006;
    expect(await socketEnds({ origin: 'http://evil.example' }, first)).toBe(refused);
    expect(await socketEnds({ origin: 'null' }, first)).toBe(refused);
    expect(await socketEnds({ origin: `http://127.0.0.1:${served.port + 1}` }, first)).toBe(refused);
    expect(await socketEnds({ host: 'evil.example', origin: 'http://evil.example' }, first)).toBe(refused);
    // A session is good where it was begun: another origin has a storage of its own.
    const elsewhere = `localhost:${served.port}`;
    expect(await socketEnds({ host: elsewhere, origin: `http://${elsewhere}` }, first)).toBe(notLetIn);
    const { api } = await openWindow(served.port, await letIn(served.link()));
    expect(await api.hello()).toMatchObject({ home, host: 'browser' });
  });

  it('shuts out all browsers when its owner says so', async () => {
    const link = served.link();
    const session = await letIn(served.link());
    const { socket } = await openWindow(served.port, session);
    const closed = once(socket, 'close');
    await shutOutBrowsers(home);
    expect((await closed)[0]).toBe(notLetIn);
    expect(await socketEnds({}, pass(session))).toBe(notLetIn);
    await expect(letIn(link)).rejects.toThrow(String(notLetIn));
    await openWindow(served.port, await letIn(served.link()));
  });

  it('lists the browsers that were let in, and shuts out one of them', async () => {
    await shutOutBrowsers(home);
    const firefox = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0' };
    const other = await enter(openSocket(served.port, firefox), { code: codeOf(served.link()) });
    const own = await letIn(served.link());
    const { api } = await openWindow(served.port, own);
    const theirs = await openWindow(served.port, other);
    const browsers = await api.browsers();
    expect(browsers.map(({ name, here }) => ({ name, here }))).toEqual(
      expect.arrayContaining([
        { name: 'Firefox on Linux', here: false },
        { name: null, here: true },
      ]),
    );
    expect(browsers[0].origin).toBe(`http://127.0.0.1:${served.port}`);
    const closed = once(theirs.socket, 'close');
    await api.shutOutBrowser(browsers.find(({ here }) => !here)!.id);
    expect((await closed)[0]).toBe(notLetIn);
    expect(await socketEnds({}, pass(other))).toBe(notLetIn);
    expect(await api.browsers()).toHaveLength(1);
    await expect(api.shutOutBrowser('all of them')).rejects.toThrow('the id of a browser that was let in');
  });

  it('keeps few sockets that say nothing, and lets in whoever does', async () => {
    const silent = Array.from({ length: 40 }, () => openSocket(served.port).on('error', () => undefined));
    await Promise.race(silent.map((socket) => once(socket, 'close')));
    await openWindow(served.port, await letIn(served.link()));
    for (const socket of silent) socket.terminate();
    expect(await socketEnds({}, new Uint8Array(200_000))).toBe(1006);
  });

  it('closes connections over which something else than requests comes', async () => {
    const first = pass(await letIn(served.link()));
    const call = { t: 'q', m: 'hello', a: [], i: '1' };
    expect(await socketEnds({}, 'hello')).toBe(notLetIn);
    expect(await socketEnds({}, encodeMessage(call))).toBe(notLetIn);
    expect(await socketEnds({}, first, 'hello')).toBe(1007);
    expect(await socketEnds({}, first, Uint8Array.of(0xc1))).toBe(1007);
    expect(await socketEnds({}, first, encodeMessage(call).slice(0, -1))).toBe(1007);
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
      expect(await socketEnds({}, first, encodeMessage(message)), JSON.stringify(message)).toBe(1008);
    }
    expect(await socketEnds({}, first, new Uint8Array(9 * 2 ** 20))).toBe(1009);
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
    expect((await ask('/')).status).toBe(200);
  });

  it('can be served again on its port, where windows are still let in', async () => {
    const other = await serveLab(lab, { folder });
    const session = await letIn(other.link());
    // It tried where the lab was last.
    expect(other.port).not.toBe(served.port);
    await expect(serveLab(lab, { port: other.port, folder })).rejects.toMatchObject({ code: 'port-in-use' });
    await other.close();
    const secret = (): string => readLabFile(home)!.secret;
    const before = secret();
    const again = await serveLab(lab, { folder });
    expect(again.port).toBe(other.port);
    // The owner's word goes to whatever listens there: what heard it while the lab was away has nothing from it.
    expect(secret()).not.toBe(before);
    await openWindow(again.port, session);
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
      ['steps', ['0001-none', 1n], { code: 'bad-input', message: expect.stringContaining('1n') as string }],
      ['run', [[1n]], { code: 'bad-input' }],
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
    const session = await letIn(served.link());
    const [one, two] = [await openWindow(served.port, session), await openWindow(served.port, session)];
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
