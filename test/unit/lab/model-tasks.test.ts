import { unzipSync } from 'fflate';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportedFile, LabApi, LabEvents, ModelTask, SetEntry } from '../../../main/api.ts';
import { openLab, type Lab } from '../../../main/lab/lab.ts';
import { openStore } from '../../../main/runs/store/store.ts';
import { temporaryHome } from '../../support/home.ts';
import { makeTestSet } from '../../support/model-set.ts';
import { experiment } from '../../support/run-records.ts';

/** The procedures about model sets, on a home with one set and one run that has trained nothing. */

const home = temporaryHome();
const told: ModelTask[] = [];
const heard: (() => void)[] = [];
let lab: Lab;
let api: { readonly [Name in keyof LabApi]: (...given: Parameters<LabApi[Name]>) => unknown };

beforeAll(async () => {
  mkdirSync(home, { recursive: true });
  await makeTestSet();
  const store = openStore(home);
  store.create(experiment({ name: 'untrained' }), 1);
  store.close();
  lab = openLab();
  const quiet = new Proxy({} as LabEvents, { get: () => () => undefined });
  const modelTask = (task: ModelTask): void => {
    told.push(task);
    for (const hear of heard.splice(0)) hear();
  };
  const events = new Proxy(quiet, { get: (_, name) => (name === 'modelTask' ? modelTask : () => undefined) });
  api = lab.connect({ kind: 'browser', events, busy: () => false }).api;
});

afterAll(() => lab.close());

/** The last that was told of a task, once it has ended. */
async function ended({ id }: ModelTask): Promise<ModelTask> {
  for (;;) {
    const last = told.findLast((task) => task.id === id);
    if (last && last.status !== 'running') return last;
    await new Promise<void>((resolve) => heard.push(resolve));
  }
}

describe('the model sets of a lab', { timeout: 60_000 }, () => {
  it('are listed, exported, brought in again and removed', async () => {
    const zip = (await api.exportModelSet({ set: 'tiny', format: 'zip' })) as ExportedFile;
    expect(zip).toMatchObject({ name: 'tiny.zip', type: 'application/zip' });
    const path = join(home, 'tiny.zip');
    writeFileSync(path, zip.data);
    const task = (await api.importModelSet({ path, name: 'again' })) as ModelTask;
    expect(await ended(task)).toMatchObject({ kind: 'import', name: 'again', status: 'done' });
    const names = async (): Promise<string[]> => ((await api.modelSets()) as SetEntry[]).map(({ name }) => name);
    expect(await names()).toEqual(['again', 'tiny']);
    await api.removeModelSet('again');
    expect(await names()).toEqual(['tiny']);
  });

  it('become ONNX in a zip', async () => {
    const file = (await api.exportModelSet({ set: 'tiny', format: 'onnx' })) as ExportedFile;
    expect(file.name).toBe('tiny-onnx.zip');
    expect(Object.keys(unzipSync(file.data)).sort()).toEqual(
      ['2/client', '2/server', '4/client', '4/server', 'README.txt', 'full/client', 'full/server'].map(
        (name) => `tiny-onnx/${name.includes('.') ? name : `${name}.onnx`}`,
      ),
    );
    expect(told.filter(({ kind }) => kind === 'export').at(-1)).toMatchObject({ status: 'done' });
  });

  it('are not made of a run without pairs, and the task says so', async () => {
    const task = (await api.addModelSet({ run: '0001-untrained' })) as ModelTask;
    expect(task.name).toBe('untrained');
    const { status, notes } = await ended(task);
    expect(status).toBe('failed');
    expect(notes[0]).toMatch(/has no trained pair yet/);
    expect(existsSync(join(home, 'models', 'untrained'))).toBe(false);
  });

  it('refuse what is wrong before anything begins', async () => {
    const before = told.length;
    const refused = async (call: () => unknown, code: string): Promise<void> => {
      await expect(Promise.resolve().then(call)).rejects.toMatchObject({ code });
    };
    await refused(() => api.addModelSet({ run: '0001-untrained', name: 'tiny' }), 'set-exists');
    await refused(() => api.addModelSet({ run: 'nobody' }), 'run-unknown');
    await refused(() => api.importModelSet({ path: join(home, 'nothing.zip') }), 'file-missing');
    await refused(() => api.exportModelSet({ set: '../tiny', format: 'zip' }), 'set-unknown');
    await refused(() => api.removeModelSet('tine'), 'set-unknown');
    expect(told).toHaveLength(before);
  });
});
