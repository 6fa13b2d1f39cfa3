import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import type { ExperimentInput, LabApi } from '../../../../main/api.ts';
import { examine } from '../../../../main/lab/design/examine.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import { useShortcuts } from '../../../../renderer/commands/useShortcuts.ts';
import { shownToasts } from '../../../../renderer/components/toasts.ts';
import { LabFailure } from '../../../../renderer/lab/index.ts';
import DesignPage from '../../../../renderer/pages/design/DesignPage.vue';
import { useHome } from '../../../support/datasets.ts';
import { fakeLab, type FakeLab } from '../../../support/fake-lab.ts';
import { button, mountInLab, pageText, type InLab } from '../in-lab.ts';

/** With the shortcuts of the window. */
const page = defineComponent({
  setup: () => {
    useShortcuts();
    return () => h(DesignPage);
  },
});
let here: InLab;

/** A lab that examines experiments as the real one does. */
function examiningLab(changes: Partial<LabApi> = {}): FakeLab {
  return fakeLab({
    examine: (input) => Promise.resolve(examine(input, { list: () => [], epochs: () => [] })),
    experimentSchema: () => Promise.resolve(jsonSchema(experimentSchema) as Record<string, unknown>),
    ...changes,
  });
}

async function open(changes: Partial<LabApi> = {}, route = '/design'): Promise<void> {
  useHome();
  here = await mountInLab(page, { fake: examiningLab(changes), route });
  await examined();
}

/** Waits until the page has asked what an experiment means, and shows the answer. */
async function examined(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 160));
  await vi.waitFor(() => expect(bar()).not.toContain('Checking'), { timeout: 10_000 });
}

function slider(name: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[role=slider][aria-label="${name}"]`);
  if (!found) throw new Error(`There is no slider ${name}.`);
  return found;
}

function field(path: string): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>(`[data-path="${path}"] input`);
  if (!found) throw new Error(`There is no field ${path}.`);
  return found;
}

async function type(path: string, text: string): Promise<void> {
  const input = field(path);
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await here.settle();
}

async function press(target: HTMLElement, key: string, modifiers: KeyboardEventInit = {}): Promise<void> {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...modifiers }));
  await here.settle();
}

const draftOf = (input: ExperimentInput): string =>
  JSON.stringify({ title: '', entries: [{ key: 0, input, base: null }] });

const undo = (): Promise<void> => press(document.body, 'z', { ctrlKey: true });
const bar = (): string => document.querySelector('footer')?.textContent?.replace(/\s+/g, ' ') ?? '';

beforeEach(() => localStorage.clear());
afterEach(() => here.wrapper.unmount());

describe('the design page', () => {
  it('shows what a plan sends, and launches it', async () => {
    const launch = vi.fn(fakeLab().api.launch);
    await open({ launch });
    expect(bar()).toContain('Ready');
    expect(pageText()).toMatch(/less than full budget/);
    await press(document.body, 'Enter', { ctrlKey: true });
    expect(launch.mock.calls).toEqual([[[{ validation: 0.1 }], 'deprune']]);
    expect(here.router.currentRoute.value.name).toBe('run');
  });

  it('moves the cut with the keyboard, and back in one step', async () => {
    await open();
    const cut = slider('Split layer');
    expect(cut.getAttribute('aria-valuetext')).toContain('128 maps of 8×8, 513 B up and 1.02 kB down');
    await press(cut, 'ArrowRight');
    await press(cut, 'ArrowRight');
    expect(cut.getAttribute('aria-valuetext')).toContain('Layer 7');
    await press(cut, 'Home');
    expect(cut.getAttribute('aria-valuetext')).toContain('after image');
    await undo();
    expect(cut.getAttribute('aria-valuetext')).toContain('Layer 5');
  });

  it('edits the schedule with the keyboard', async () => {
    await open();
    await press(slider('Budget of phase 1'), 'ArrowUp');
    expect(slider('Budget of phase 1').getAttribute('aria-valuetext')).toBe('6 of 128 maps');
    await press(slider('End of phase 1'), 'ArrowLeft');
    expect(field('phases.0.epochs').value).toBe('5');
    expect(field('phases.1.epochs').value).toBe('4');
    await press(slider('Budget of phase 1'), 'Enter');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Budget of phase 1 in maps');
  });

  it('says what is wrong beside the field, and leads there', async () => {
    await open();
    await type('phases.0.budget', '500');
    await examined();
    expect(pageText()).toContain('Expected at most 128, the maps at layer 5, or "full".');
    expect(bar()).toContain('1 problem');
    expect(button('Launch').disabled).toBe(true);
    button('1 problem').click();
    await here.settle();
    button(/Phase 1, budget/).click();
    await here.settle();
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Budget of phase 1 in maps');
  });

  it('refuses to launch what is out of range, and says at once what it cannot read', async () => {
    await open();
    await type('optimiser.learningRate', '-1');
    await examined();
    expect(pageText()).toContain('Expected from 1e-9 to 100.');
    expect(button('Launch').disabled).toBe(true);
    await undo();
    await examined();
    expect(field('optimiser.learningRate').value).toBe('0.01');
    expect(button('Launch').disabled).toBe(false);
    await type('phases.0.budget', 'many');
    expect(pageText()).toContain('Expected a whole number of maps from 1 to 128, of bytes such as "256 B", or "full".');
    // It is not taken back in silence when the field is left, and nothing is launched in its place.
    field('phases.0.budget').dispatchEvent(new FocusEvent('blur'));
    await here.settle();
    expect(field('phases.0.budget').value).toBe('many');
    expect(bar()).toContain('1 problem');
    expect(button('Launch').disabled).toBe(true);
    await press(field('phases.0.budget'), 'Escape');
    expect(field('phases.0.budget').value).toBe('4');
    expect(pageText()).not.toContain('Expected a whole number of maps');
    expect(bar()).toContain('Ready');
  });

  it('takes ranges of seeds, and is not ready while there is something else in their field', async () => {
    await open();
    await type('seeds', '3-5, 8..9');
    await press(field('seeds'), 'Enter');
    await examined();
    expect(bar()).toContain('6 runs');
    await type('seeds', 'many');
    await press(field('seeds'), 'Enter');
    expect(pageText()).toContain('"many" is no seed: expected whole numbers');
    expect(bar()).toContain('1 problem');
    expect(button('Launch').disabled).toBe(true);
    await press(field('seeds'), 'Escape');
    expect(bar()).toContain('Ready');
  });

  it('counts the runs of a sweep, says which combination cannot be, and leads to the launch', async () => {
    const sweep = { settings: { 'phases[0].budget': [4, 8], lr: [0.01, 0.1, 1] } };
    localStorage.setItem('sluice.draft', draftOf({ seeds: [1, 2], sweep }));
    await open();
    expect(bar()).toContain('12 runs');
    expect(pageText()).toMatch(/6 combinations · 12 runs with all seeds · .* MB/);
    await type('sweep.settings.phases[0].budget', '4, 500');
    await examined();
    expect(pageText()).toContain('3 cannot be trained');
    expect(pageText()).toContain('phases.0.budget is 500: expected at most 128');
    expect(button('Launch').disabled).toBe(true);
    await type('sweep.settings.phases[0].budget', '4..5');
    await examined();
    expect(bar()).toContain('12 runs');
    button('Launch').click();
    await vi.waitFor(() => expect(here.router.currentRoute.value.name).toBe('launch'));
    expect(here.router.currentRoute.value.params).toEqual({ group: 'deprune' });
  });

  it('gives a field its default back', async () => {
    await open();
    await type('optimiser.learningRate', '0.5');
    expect(field('optimiser.learningRate').value).toBe('0.5');
    button('Back to the default, 0.01').click();
    await here.settle();
    expect(field('optimiser.learningRate').value).toBe('0.01');
  });

  it('counts a run for each seed of each experiment', async () => {
    await open();
    button('+1').click();
    button('+1').click();
    button('Duplicate this experiment').click();
    await examined();
    expect(bar()).toContain('6 runs');
    button('Launch all 2');
  });

  it('keeps the draft over a reload', async () => {
    await open();
    await type('optimiser.learningRate', '0.25');
    here.wrapper.unmount();
    await open();
    expect(field('optimiser.learningRate').value).toBe('0.25');
  });

  it('does not show an answer to what was asked before', async () => {
    const waiting: (() => void)[] = [];
    await open({
      examine: (input) => {
        const answer = examine(input, { list: () => [], epochs: () => [] });
        if (input.batchSize !== 8) return Promise.resolve(answer);
        return new Promise((resolve) => waiting.push(() => resolve(answer)));
      },
    });
    await type('batchSize', '8');
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    expect(bar()).toContain('Checking');
    await type('batchSize', '32');
    await examined();
    const shown = bar();
    expect(shown).toContain('Ready');
    waiting[0]?.();
    await here.settle();
    expect(bar()).toBe(shown);
  });

  it('clones a run, shows what differs, and takes it back', async () => {
    const cloned: ExperimentInput = { method: 'prune', seeds: [1, 2], dataset: { name: 'synthetic' } };
    const run: LabApi['run'] = async (id) => ({
      ...(await fakeLab().api.run(id)),
      seed: 2,
      experiment: parseExperiment(cloned),
    });
    await open({ run }, '/design?clone=run-4');
    expect(here.router.currentRoute.value.fullPath).toBe('/design');
    expect(pageText()).toContain('Changed from run 4');
    expect(pageText()).toContain('Nothing yet.');
    await type('optimiser.momentum', '0.5');
    expect(pageText()).toContain('0.9 → 0.5');
    button('Back to 0.9').click();
    await here.settle();
    expect(pageText()).toContain('Nothing yet.');
    await undo();
    await undo();
    await undo();
    expect(pageText()).not.toContain('Changed from run 4');
  });

  it('launches with an offload server elsewhere once it is told how to reach it, and says what is wrong with it', async () => {
    const problem = { code: 'auth-token', message: 'The token is wrong.', path: 'token' };
    const launch = vi.fn<LabApi['launch']>(() => Promise.reject(new LabFailure(problem)));
    await open({ launch });
    button('On an offload server').click();
    await here.settle();
    expect(bar()).toContain('2 problems');
    await type('url', 'ws://gpu:4450');
    await type('token', 'secret');
    expect(bar()).toContain('server at ws://gpu:4450');
    button('Launch').click();
    await vi.waitFor(() => expect(document.activeElement).toBe(field('token')));
    expect(field('token').getAttribute('aria-invalid')).toBe('true');
    expect(pageText()).toContain('The token is wrong.');
    expect(shownToasts().value.map(({ tone }) => tone)).not.toContain('bad');
    launch.mockImplementation(fakeLab().api.launch);
    await type('token', ' right ');
    button('Launch').click();
    await vi.waitFor(() => expect(here.router.currentRoute.value.name).toBe('run'));
    expect(launch).toHaveBeenLastCalledWith([{ validation: 0.1 }], 'deprune', { url: 'ws://gpu:4450', token: 'right' });
    expect(JSON.stringify(localStorage)).not.toMatch(/secret|right/);
  });

  it('says of an experiment in one process that it has no use for a server elsewhere', async () => {
    localStorage.setItem('sluice.draft', draftOf({ processes: 'one' }));
    await open();
    expect(bar()).toContain('Ready');
    button('On an offload server').click();
    await here.settle();
    expect(bar()).toContain('3 problems');
    expect(pageText()).toContain('Expected separate ones, as the offload server is elsewhere.');
    button('On this machine').click();
    await here.settle();
    expect(bar()).toContain('Ready');
  });

  it('reads pasted JSON, or says what is wrong with it', async () => {
    await open();
    button('Import').click();
    await here.settle();
    const text = document.querySelector<HTMLTextAreaElement>('[aria-label="JSON of an experiment"]')!;
    const paste = async (content: string): Promise<void> => {
      text.value = content;
      text.dispatchEvent(new Event('input', { bubbles: true }));
      await here.settle();
      button('Open').click();
      await here.settle();
    };
    await paste('{');
    expect(pageText()).toContain('This is no JSON');
    await paste('{"method": "full", "name": "all of it"}');
    await examined();
    expect(document.querySelector('[role=tab]')?.textContent).toContain('all of it');
    expect(bar()).toContain('Ready');
  });
});
