import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import type { DataTask, EngineTask, ServerState } from '../../../../main/api.ts';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import ToastStack from '../../../../renderer/components/ToastStack.vue';
import DataPage from '../../../../renderer/pages/data/DataPage.vue';
import EnginesPage from '../../../../renderer/pages/engines/EnginesPage.vue';
import ServerPage from '../../../../renderer/pages/server/ServerPage.vue';
import { joinCommand, qrCode } from '../../../../renderer/pages/server/join.ts';
import SettingsPage from '../../../../renderer/pages/settings/SettingsPage.vue';
import { LabFailure } from '../../../../renderer/lab/index.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, typeInto, type InLab } from '../in-lab.ts';

const on = (page: typeof DataPage) => defineComponent({ render: () => [h(page), h(ConfirmDialog), h(ToastStack)] });
let here: InLab;

beforeAll(() => giveSize(1000, 500));
beforeEach(() => localStorage.clear());
afterEach(() => here.wrapper.unmount());

const type = (label: RegExp, text: string): Promise<void> => typeInto(here, label, text);

describe('settings', () => {
  it('hold at once, the theme for the whole window', async () => {
    here = await mountInLab(on(SettingsPage));
    button('Dark').click();
    await here.settle();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    await type(/^Runs at the same time/, '3');
    expect(await here.fake.api.settings()).toMatchObject({ theme: 'dark', parallelRuns: 3 });
  });

  it('take back what the lab refuses, and say why', async () => {
    const changeSettings = (): Promise<never> =>
      Promise.reject(new LabFailure({ code: 'disk', message: 'The disk is full.' }));
    here = await mountInLab(on(SettingsPage), { fake: fakeLab({ changeSettings }) });
    button('Dark').click();
    await here.settle();
    expect(pageText()).toContain('The disk is full.');
    expect(button('System').getAttribute('aria-checked')).toBe('true');
  });
});

describe('the server’s page', () => {
  it('starts one, and tells how to train with it', async () => {
    here = await mountInLab(on(ServerPage));
    button('The network').click();
    await here.settle();
    button('Start the server').click();
    await here.settle();
    expect(pageText()).toContain('--offload wss://192.168.1.20:7878');
    expect(pageText()).toContain('No source is connected');
    expect(document.querySelector('[aria-label="The command as a QR code"] path')).not.toBeNull();
  });

  it('shows who is connected, and asks before it stops under them', async () => {
    const { api, emit, lab } = fakeLab();
    here = await mountInLab(on(ServerPage), { fake: { ...fakeLab(), api, emit, lab, on: lab.on } });
    const state = (await api.startServer({ host: '127.0.0.1', port: 7878, tls: false })) as Extract<
      ServerState,
      { status: 'running' }
    >;
    const source = { id: 's0', address: '10.0.0.7', model: 'vgg11', since: Date.now(), steps: 12 };
    emit('server', {
      ...state,
      rate: 1.2e6,
      clients: [{ ...source, samplesPerSecond: 88, bytesUp: 1e6, bytesDown: 2e6 }],
      errors: [{ at: Date.now(), from: '10.0.0.9', text: 'Its token is wrong.' }],
    });
    await here.settle();
    expect(pageText()).toContain('1.20 MB/s');
    expect(pageText()).toContain('Its token is wrong.');
    button('Stop').click();
    await here.settle();
    expect(pageText()).toContain('s0 at 10.0.0.7, vgg11');
    button('Stop the server').click();
    await here.settle();
    expect(pageText()).toContain('Reached from');
  });

  it('says why it did not start', async () => {
    const startServer = (): Promise<never> =>
      Promise.reject(new LabFailure({ code: 'port', message: 'Port 7878 is taken by another program.' }));
    here = await mountInLab(on(ServerPage), { fake: fakeLab({ startServer }) });
    button('Start the server').click();
    await here.settle();
    expect(pageText()).toContain('Port 7878 is taken by another program.');
  });

  it('makes a command with the fingerprint to pin, and a code of it', () => {
    const server = { url: 'wss://a:1', token: 't', fingerprint: 'AB:CD' } as Parameters<typeof joinCommand>[0];
    expect(joinCommand(server)).toBe('sluice run quickstart --offload wss://a:1 --token t --fingerprint AB:CD');
    expect(qrCode('hello').path).toMatch(/^M2 2h1v1h-1z/);
  });
});

describe('data', () => {
  const task = (changes: Partial<DataTask>): DataTask => ({
    id: 1,
    kind: 'get',
    name: 'cifar10',
    status: 'running',
    progress: null,
    notes: [],
    ...changes,
  });

  it('forgets an import that failed when the next one succeeds, by whatever name, but no download that failed', async () => {
    const all: DataTask[] = [];
    here = await mountInLab(on(DataPage), { fake: fakeLab({ dataTasks: () => Promise.resolve([...all]) }) });
    const tell = async (changes: Partial<DataTask>): Promise<void> => {
      all.push(task({ id: all.length, ...changes }));
      here.fake.emit('dataTask', all.at(-1)!);
      await here.settle();
    };
    await tell({ name: 'cifar10', status: 'failed', notes: ['The server does not answer.'] });
    await tell({ kind: 'import', name: 'leavs', status: 'failed', notes: ['No such folder.'] });
    expect(pageText()).toContain('leavs was not imported');
    await tell({ kind: 'import', name: 'leaves', status: 'done' });
    expect(pageText()).not.toContain('was not imported');
    expect(pageText()).toContain('The server does not answer.');
    await tell({ kind: 'import', name: 'birds', status: 'failed', notes: ['It is empty.'] });
    expect(pageText()).toContain('birds was not imported');
  });

  it('shows how far a download is, why it failed, and how to go on', async () => {
    here = await mountInLab(on(DataPage));
    button(/^Get 170 MB/).click();
    await here.settle();
    expect(pageText()).toContain('Downloading cifar10.tar.gz, 61.0 MB of 170 MB');
    here.fake.emit('dataTask', task({ status: 'failed', notes: ['The server does not answer.'] }));
    await here.settle();
    expect(pageText()).toContain('The server does not answer.');
    button(/^Go on/);
  });

  it('lists its data sets anew when one is there', async () => {
    const datasets = vi.fn(fakeLab().api.datasets);
    here = await mountInLab(on(DataPage), { fake: fakeLab({ datasets }) });
    here.fake.emit('dataTask', task({ status: 'done' }));
    await here.settle();
    expect(datasets).toHaveBeenCalledTimes(2);
  });

  it('says beside the field what is wrong with an import', async () => {
    const problem = { code: 'path-missing', message: 'There is nothing at /nowhere.', path: 'path' };
    const importDataset = vi.fn(() => Promise.reject(new LabFailure(problem)));
    here = await mountInLab(on(DataPage), { fake: fakeLab({ importDataset }) });
    button('Import').click();
    await here.settle();
    await type(/^Path/, ' /nowhere ');
    document.querySelector<HTMLFormElement>('#import')?.requestSubmit();
    await here.settle();
    expect(importDataset).toHaveBeenCalledWith({ path: '/nowhere' });
    expect(pageText()).toContain('There is nothing at /nowhere.');
  });

  it('imports nested classes and leaves damaged files out when that is ticked', async () => {
    const importDataset = vi.fn(fakeLab().api.importDataset);
    here = await mountInLab(on(DataPage), { fake: fakeLab({ importDataset }) });
    button('Import').click();
    await here.settle();
    await type(/^Path/, '/pictures');
    const boxes = document.querySelectorAll<HTMLInputElement>('#import input[type="checkbox"]');
    expect(boxes).toHaveLength(2);
    for (const box of boxes) box.click();
    document.querySelector<HTMLFormElement>('#import')?.requestSubmit();
    await here.settle();
    expect(importDataset).toHaveBeenCalledWith({ path: '/pictures', nested: true, skipDamaged: true });
  });

  it('asks before it removes', async () => {
    const removeDataset = vi.fn(() => Promise.resolve());
    here = await mountInLab(on(DataPage), { fake: fakeLab({ removeDataset }) });
    button('Remove leaves').click();
    await here.settle();
    expect(pageText()).toContain('2,888 images');
    button('Remove data set').click();
    await here.settle();
    expect(removeDataset).toHaveBeenCalledWith('leaves');
  });
});

describe('engines', () => {
  const task = (changes: Partial<EngineTask>): EngineTask => ({
    id: 1,
    kind: 'install',
    name: 'webgpu',
    status: 'running',
    progress: null,
    notes: [],
    ...changes,
  });

  it('are named in words, with what to do about those missing', async () => {
    here = await mountInLab(on(EnginesPage));
    expect(pageText()).toMatch(/NVIDIA card.*not available.*Install the driver of your card/);
    expect(pageText()).toMatch(/Processor cpu ?best there is/);
    expect(pageText()).toContain('Installed with TensorFlow 2.21.0 of /home/ada/venv/bin/python3');
  });

  it('are installed where asked from, with what is wrong said beside the field', async () => {
    const problem = { code: 'tensorflow-missing', message: 'It has no TensorFlow.', path: 'python' };
    const installEngine = vi.fn(() => Promise.reject(new LabFailure(problem)));
    here = await mountInLab(on(EnginesPage), { fake: fakeLab({ installEngine }) });
    button('Install').click();
    await here.settle();
    expect(pageText()).toContain('CUDA 11.2 to 11.8');
    button('A Python environment').click();
    await here.settle();
    await type(/^Python/, ' ~/venv ');
    document.querySelector<HTMLFormElement>('#install-engine')?.requestSubmit();
    await here.settle();
    expect(installEngine).toHaveBeenCalledWith({ name: 'cuda', python: '~/venv' });
    expect(pageText()).toContain('It has no TensorFlow.');
  });

  it('show how far an installation is, why it failed, and are tried again when it is done', async () => {
    const engines = vi.fn(fakeLab().api.engines);
    here = await mountInLab(on(EnginesPage), { fake: fakeLab({ engines }) });
    const download = { step: 'download', item: 'webgpu-0.6.2.tgz', done: 10e6, total: 51e6, unit: 'bytes' } as const;
    here.fake.emit('engineTask', task({ progress: download }));
    await here.settle();
    expect(pageText()).toContain('Downloading webgpu-0.6.2.tgz, 10.0 MB of 51.0 MB');
    here.fake.emit(
      'engineTask',
      task({ progress: { ...download, step: 'try', item: 'webgpu', done: 0, total: null } }),
    );
    await here.settle();
    expect(pageText()).toContain('Trying webgpu');
    here.fake.emit('engineTask', task({ status: 'failed', notes: ['There is no room.'] }));
    await here.settle();
    expect(pageText()).toContain('There is no room.');
    expect(engines).toHaveBeenCalledTimes(1);
    here.fake.emit('engineTask', task({ status: 'done' }));
    await here.settle();
    expect(engines).toHaveBeenCalledTimes(2);
  });

  it('are removed when that is confirmed; the Python environment stays', async () => {
    const removeEngine = vi.fn(fakeLab().api.removeEngine);
    here = await mountInLab(on(EnginesPage), { fake: fakeLab({ removeEngine }) });
    document.querySelector<HTMLElement>('[aria-label="Remove tensorflow"]')?.click();
    await here.settle();
    expect(pageText()).toContain('/home/ada/venv/bin/python3) stays');
    button('Remove engine').click();
    await here.settle();
    expect(removeEngine).toHaveBeenCalledWith('tensorflow');
  });
});
