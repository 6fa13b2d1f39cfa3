import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { commandChannel, portChannel } from '../../../electron/channels.ts';
import { listen, type Actions } from '../../../electron/ipc.ts';
import { isTrusted, ownOrigin, type Sent } from '../../../electron/origin.ts';
import type { DesktopBridge } from '../../../main/api.ts';
import { SluiceError } from '../../../main/errors.ts';

/** The preload script and the shell, joined as Electron joins them, without Electron. */
const wire = vi.hoisted(() => ({
  toPage: { on: vi.fn(), off: vi.fn() },
  send: vi.fn<(channel: string, ...payload: unknown[]) => void>(),
  invoke: vi.fn<(channel: string, ...payload: unknown[]) => Promise<unknown>>(),
  expose: vi.fn<(name: string, bridge: unknown) => void>(),
}));

vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: wire.expose },
  ipcRenderer: {
    on: (channel: string, listener: () => void) => void wire.toPage.on(channel, listener),
    off: (channel: string, listener: () => void) => void wire.toPage.off(channel, listener),
    send: (channel: string, ...payload: unknown[]) => wire.send(channel, ...payload),
    invoke: (channel: string, ...payload: unknown[]) => wire.invoke(channel, ...payload),
  },
}));

const fromWindow: Sent = { sender: { id: 1 }, senderFrame: { url: 'sluice://lab/', parent: null } };

async function joined(sent: Sent = fromWindow) {
  const toPage = new EventEmitter();
  const toShell = new EventEmitter();
  const answers = new Map<string, (event: unknown, ...payload: unknown[]) => unknown>();
  wire.toPage.on.mockImplementation((channel: string, listener: () => void) => toPage.on(channel, listener));
  wire.toPage.off.mockImplementation((channel: string, listener: () => void) => toPage.off(channel, listener));
  wire.send.mockImplementation((channel, ...payload) => void toShell.emit(channel, sent, ...payload));
  wire.invoke.mockImplementation((channel, ...payload) => Promise.resolve(answers.get(channel)!(sent, ...payload)));
  vi.resetModules();
  await import('../../../electron/preload.ts');

  const actions = {
    saveFile: vi.fn<Actions['saveFile']>().mockResolvedValue(true),
    openFile: vi.fn<Actions['openFile']>().mockResolvedValue(null),
    pickPath: vi.fn<Actions['pickPath']>().mockResolvedValue('/data'),
    showFolder: vi.fn<Actions['showFolder']>().mockResolvedValue(undefined),
    restartLab: vi.fn<Actions['restartLab']>().mockResolvedValue(undefined),
    setProgress: vi.fn<Actions['setProgress']>(),
    notify: vi.fn<Actions['notify']>(),
    setCommands: vi.fn<Actions['setCommands']>(),
    requestPort: vi.fn<Actions['requestPort']>(),
  } satisfies Actions;
  const complaints: string[] = [];
  const ipc = {
    handle: (channel: string, listener: (event: never, ...payload: unknown[]) => unknown) =>
      void answers.set(channel, listener as never),
    on: (channel: string, listener: () => void) => toShell.on(channel, listener),
  };
  listen(
    ipc as never,
    (event) => isTrusted(event, 1, ownOrigin),
    actions,
    (text) => complaints.push(text),
  );
  return { bridge: wire.expose.mock.lastCall![1] as DesktopBridge, actions, complaints, toPage };
}

beforeEach(() => {
  vi.unstubAllGlobals();
});

describe('the bridge between page and shell', () => {
  it('carries questions and their answers', async () => {
    const { bridge, actions } = await joined();
    const data = new Uint8Array([1, 2, 3]);
    expect(await bridge.saveFile('run.zip', 'application/zip', data)).toBe(true);
    expect(actions.saveFile.mock.calls).toEqual([['run.zip', 'application/zip', data]]);
    expect(await bridge.pickPath('folder')).toBe('/data');
    expect(await bridge.openFile([{ name: 'Experiment', extensions: ['json'] }])).toBeNull();
    await bridge.showFolder('/data');
    await bridge.restartLab();
    expect(actions.restartLab).toHaveBeenCalledOnce();
  });

  it('carries errors with their code, and says nothing of those of its own', async () => {
    const { bridge, actions } = await joined();
    actions.saveFile.mockRejectedValueOnce(new SluiceError('cannot-write', 'The disk is full.'));
    const refused = { code: 'cannot-write', message: 'The disk is full.' };
    await expect(bridge.saveFile('a.csv', 'text/csv', new Uint8Array())).rejects.toEqual(refused);
    actions.pickPath.mockRejectedValueOnce(new TypeError('secret detail'));
    await expect(bridge.pickPath('file')).rejects.toMatchObject({ code: 'internal' });
  });

  it('does what the page tells it', async () => {
    const { bridge, actions } = await joined();
    bridge.setProgress(0.5);
    bridge.setProgress(null);
    bridge.notify('Finished', 'deprune: 57.8 %');
    bridge.setCommands([{ id: 'a', label: 'A', menu: 'View', shortcut: null, enabled: true }]);
    bridge.requestPort('0123456789');
    expect(actions.setProgress.mock.calls).toEqual([[0.5], [null]]);
    expect(actions.notify).toHaveBeenCalledOnce();
    expect(actions.setCommands).toHaveBeenCalledOnce();
    expect(actions.requestPort.mock.calls).toEqual([['0123456789']]);
  });

  it('does nothing that is malformed, and says so', async () => {
    const { bridge, actions, complaints } = await joined();
    bridge.setProgress(2);
    bridge.setProgress(Number.NaN);
    bridge.requestPort('');
    bridge.setCommands([{ id: 'a' }] as never);
    await expect(bridge.saveFile('a'.repeat(300), '', new Uint8Array())).rejects.toMatchObject({ code: 'refused' });
    await expect(bridge.pickPath('device' as never)).rejects.toMatchObject({ code: 'refused' });
    expect(Object.values(actions).flatMap(({ mock }) => mock.calls as unknown[])).toEqual([]);
    expect(complaints).toHaveLength(6);
  });

  it('does nothing for a sender that is not the page of the window', async () => {
    const frame = { url: 'https://example.org/', parent: null };
    const { bridge, actions, complaints } = await joined({ sender: { id: 1 }, senderFrame: frame });
    bridge.notify('a', 'b');
    await expect(bridge.restartLab()).rejects.toMatchObject({ code: 'refused' });
    expect(actions.notify).not.toHaveBeenCalled();
    expect(actions.restartLab).not.toHaveBeenCalled();
    expect(complaints).toHaveLength(2);
  });

  it('hands commands of the menu to the page until it stops listening', async () => {
    const { bridge, toPage } = await joined();
    const chosen: string[] = [];
    const stop = bridge.onCommand((id) => chosen.push(id));
    toPage.emit(commandChannel, {}, 'palette');
    stop();
    toPage.emit(commandChannel, {}, 'home');
    expect(chosen).toEqual(['palette']);
  });

  it('passes a port on to the page itself, with the nonce it was asked for', async () => {
    const postMessage = vi.fn();
    vi.stubGlobal('window', { postMessage });
    vi.stubGlobal('location', { origin: 'sluice://lab' });
    const { toPage } = await joined();
    const port = {};
    toPage.emit(portChannel, { ports: [port] }, '0123456789');
    expect(postMessage.mock.calls).toEqual([[{ type: 'lab:port', nonce: '0123456789' }, 'sluice://lab', [port]]]);
  });
});
