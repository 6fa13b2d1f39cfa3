import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import type { ModelTask, SetEntry } from '../../../../main/api.ts';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import ToastStack from '../../../../renderer/components/ToastStack.vue';
import { LabFailure } from '../../../../renderer/lab/index.ts';
import ModelsPage from '../../../../renderer/pages/models/ModelsPage.vue';
import { fakeRun } from '../../../support/fake-entries.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { fakeSets } from '../../../support/fake-sets.ts';
import { button, giveSize, mountInLab, pageText, typeInto, type InLab } from '../in-lab.ts';

const page = defineComponent({ render: () => [h(ModelsPage), h(ConfirmDialog), h(ToastStack)] });
let here: InLab;

beforeAll(() => giveSize(1000, 500));
beforeEach(() => localStorage.clear());
afterEach(() => here.wrapper.unmount());

const task = (changes: Partial<ModelTask>): ModelTask => ({
  id: 1,
  kind: 'add',
  name: 'cifar',
  status: 'running',
  progress: null,
  notes: [],
  ...changes,
});

/** The cells of every pair in the table, its budget first. */
function rows(): string[][] {
  return [...document.querySelectorAll('table.figures tbody tr:not(.name)')].map((row) =>
    [...row.children].map(({ textContent }) => (textContent ?? '').trim().replace(/\s+/g, ' ')),
  );
}

async function tick(name: string): Promise<void> {
  document.querySelector<HTMLInputElement>(`input[aria-label="${name}"]`)?.click();
  await here.settle();
}

async function submit(form: string): Promise<void> {
  document.querySelector<HTMLFormElement>(`#${form}`)?.requestSubmit();
  await here.settle();
}

const type = (label: RegExp, text: string): Promise<void> => typeInto(here, label, text);

describe('model sets', () => {
  it('stand in a list with what they are of, and with what is wrong', async () => {
    here = await mountInLab(page);
    expect(pageText()).toContain('4 pairs: full, 32, 8, 2 · 81.2 % to 89.2 %');
    expect(pageText()).toContain('vgg11, cut at layer 8 · cifar10, 10 classes');
    expect(pageText()).toMatch(/old-set.*damaged.*expected 79213/);
  });

  it('say to start with what to do', async () => {
    here = await mountInLab(page, { fake: fakeLab({ modelSets: () => Promise.resolve([]) }, []) });
    expect(pageText()).toContain('No model sets yet');
    const push = vi.spyOn(here.router, 'push');
    button('Design a training with prune').click();
    expect(push).toHaveBeenCalledWith({ name: 'design' });
  });

  it('are compared pair by pair: accuracy, bytes, latency, work, and what pruning saved', async () => {
    here = await mountInLab(page);
    expect(rows()).toHaveLength(8);
    const [full, , eight] = rows();
    // 128 maps of 8×8, float16; ten logits down; 45 ms, 15 and 40 Mbit/s.
    expect(full.slice(0, 6)).toEqual(['full', '89.2 %', '', '16.4 kB', '40 B', '54 ms']);
    expect(eight.slice(0, 6)).toEqual(['8 maps', '87.0 %', '−2.2', '1.02 kB', '40 B', '46 ms']);
    // Of the client's 22.2 million multiply-adds the module had 9.4 million; a sixteenth of these is left.
    expect(eight[6]).toMatch(/^−\d+ % \d/);
    expect(full[6]).not.toContain('%');
    await tick('Show cifar-cut-8');
    expect(rows()).toHaveLength(4);
    await tick('Show cifar-cut-5');
    expect(pageText()).toContain('No set is shown');
  });

  it('follow the half, the codec and the link that are chosen', async () => {
    here = await mountInLab(page);
    const before = rows()[0][6];
    button('Server half').click();
    await here.settle();
    expect(rows()[0][6]).not.toBe(before);
  });

  it('take computing into their latency once all layers were timed here', async () => {
    const timed = { engines: ['cpu'], pairs: Array.from({ length: 4 }, () => ({ client: 0.1, server: 0.02 })) };
    const modelTimes = vi.fn((name: string) => Promise.resolve(name === 'cifar-cut-5' ? timed : null));
    const timeModelSet = vi.fn(fakeLab().api.timeModelSet);
    here = await mountInLab(page, { fake: fakeLab({ modelTimes, timeModelSet }) });
    expect(rows()[0][5]).toBe('54 ms');
    button('Time them').click();
    await here.settle();
    expect(timeModelSet.mock.calls).toEqual([['cifar-cut-8']]);
    expect(pageText()).toContain('Downloading');
    modelTimes.mockResolvedValue(timed);
    here.fake.emit('planTask', { id: 1, kind: 'time', name: 'vgg11', status: 'done', progress: null, notes: [] });
    here.fake.emit('planTimes');
    await here.settle();
    expect(rows()[0].slice(5, 7)).toEqual(['174 ms', '100 ms + 20 ms']);
    expect(pageText()).toContain('as timed on this machine (cpu)');
  });

  it('are exported, and an export that fails says why', async () => {
    const exportModelSet = vi.fn(() =>
      Promise.reject(new LabFailure({ code: 'set-damaged', message: 'The model set is damaged.' })),
    );
    here = await mountInLab(page, { fake: fakeLab({ exportModelSet }) });
    await openMenu('More for cifar-cut-5: export, remove');
    button('Export as ONNX').click();
    await here.settle();
    expect(exportModelSet).toHaveBeenCalledWith({ set: 'cifar-cut-5', format: 'onnx' });
    expect(pageText()).toContain('The model set is damaged.');
  });

  it('are removed when that is confirmed, damaged ones too', async () => {
    const removeModelSet = vi.fn(fakeLab().api.removeModelSet);
    here = await mountInLab(page, { fake: fakeLab({ removeModelSet }) });
    button('Remove old-set').click();
    await here.settle();
    expect(pageText()).toContain('The run it is from and what was exported stay.');
    button('Remove model set').click();
    await here.settle();
    expect(removeModelSet).toHaveBeenCalledWith('old-set');
  });

  it('are made of the newest run unless another is chosen, with what is wrong beside the field', async () => {
    const addModelSet = vi.fn(() =>
      Promise.reject(new LabFailure({ code: 'set-exists', message: 'There is one already.', path: 'name' })),
    );
    const runs = [fakeRun(4), fakeRun(9), fakeRun(11, { epochsDone: 0 })];
    here = await mountInLab(page, { fake: fakeLab({ addModelSet }, runs) });
    button('From a run').click();
    await here.settle();
    await type(/^Name/, ' mine ');
    await submit('add-set');
    expect(addModelSet).toHaveBeenCalledWith({ run: 'run-9', name: 'mine' });
    expect(pageText()).toContain('There is one already.');
  });

  it('are made of the best epochs of a run that keeps them', async () => {
    const addModelSet = vi.fn(fakeLab().api.addModelSet);
    const { experiment } = fakeRun(9);
    const runs = [fakeRun(9, { experiment: { ...experiment, validation: 0.1 } })];
    here = await mountInLab(page, { fake: fakeLab({ addModelSet }, runs) });
    button('From a run').click();
    await here.settle();
    button('Best epochs').click();
    await here.settle();
    await submit('add-set');
    expect(addModelSet).toHaveBeenCalledWith({ run: 'run-9', epoch: 'best' });
  });

  it('are brought in from a path', async () => {
    const importModelSet = vi.fn(fakeLab().api.importModelSet);
    here = await mountInLab(page, { fake: fakeLab({ importModelSet }) });
    button('Import').click();
    await here.settle();
    await type(/^Path/, ' ~/cifar.zip ');
    await submit('import-set');
    expect(importModelSet).toHaveBeenCalledWith({ path: '~/cifar.zip' });
  });

  it('show how far they are, why they were not made, and are listed anew when one is there', async () => {
    const modelSets = vi.fn((): Promise<SetEntry[]> => Promise.resolve(fakeSets()));
    here = await mountInLab(page, { fake: fakeLab({ modelSets }) });
    const progress = { step: 'write', item: 'pair 8', done: 1, total: 4, unit: 'pairs' } as const;
    here.fake.emit('modelTask', task({ progress }));
    await here.settle();
    expect(pageText()).toContain('Making cifar');
    expect(pageText()).toContain('Writing pair 8, 1 of 4 pairs');
    here.fake.emit('modelTask', task({ status: 'failed', notes: ['It has no trained pair yet.'] }));
    await here.settle();
    expect(pageText()).toContain('cifar was not made');
    expect(modelSets).toHaveBeenCalledTimes(1);
    here.fake.emit('modelTask', task({ status: 'done' }));
    await here.settle();
    expect(modelSets).toHaveBeenCalledTimes(2);
  });
});

/** Opens a menu as keys do. */
async function openMenu(label: string): Promise<void> {
  const trigger = button(label);
  trigger.focus();
  trigger.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
  await here.settle();
}
