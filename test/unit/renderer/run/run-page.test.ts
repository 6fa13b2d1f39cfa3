import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import type { LabApi, RunSummary } from '../../../../main/api.ts';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import { LabFailure } from '../../../../renderer/lab/index.ts';
import { fixedPart } from '../../../../renderer/pages/run/run-tabs.ts';
import RunPage from '../../../../renderer/pages/run/RunPage.vue';
import { useRun, type ShownRun } from '../../../../renderer/pages/run/useRun.ts';
import { fakeRun } from '../../../support/fake-entries.ts';
import { fakeLab, type FakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, type InLab } from '../in-lab.ts';

let here: InLab;

beforeAll(() => giveSize(1000, 500));
afterEach(() => here.wrapper.unmount());

const progress = {
  training: 0,
  phase: 0,
  budget: 4,
  epoch: 3,
  runEpoch: 4,
  runEpochs: 12,
  stepsDone: 180,
  totalSteps: 720,
  crossEntropy: 1,
  samplesPerSecond: 400,
  secondsLeft: 130,
};
const live = fakeRun(7, { status: 'running', progress, epochsDone: 3, epochsTotal: 12, endedAt: null });

async function open(
  run: RunSummary,
  { api = {}, tab }: { api?: Partial<LabApi>; tab?: string } = {},
): Promise<FakeLab> {
  const fake = fakeLab(api, [run]);
  const page = defineComponent({ render: () => [h(RunPage, { id: run.id }), h(ConfirmDialog)] });
  here = await mountInLab(page, { fake, route: `/runs/${run.id}${tab ? `?tab=${tab}` : ''}` });
  await here.settle();
  return fake;
}

describe('the page of a live run', () => {
  it('says where it is and follows it', async () => {
    const fake = await open(live);
    expect(pageText()).toContain('epoch 4 of 12, step 180 of 720');
    expect(pageText()).toContain('2 min left');
    fake.emit('runs', [{ ...live, progress: { ...progress, stepsDone: 360 }, lastAccuracy: 0.5 }], []);
    await here.settle();
    expect(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')).toBe('50');
    expect(pageText()).toContain('50.0 %');
  });

  it('is paused, continued and stopped by its buttons', async () => {
    const fake = await open(live);
    for (const [name, status] of [
      ['Pause', 'paused'],
      ['Continue', 'running'],
      ['Stop', 'stopped'],
    ] as const) {
      button(name).click();
      await vi.waitFor(() => expect(fake.runs.get(live.id)?.status).toBe(status));
      await here.settle();
    }
    button('Resume');
    expect(pageText()).toContain('goes on from its last checkpoint');
  });

  it('keeps its charts and catches up when the lab was away', async () => {
    const steps = vi.fn(fakeLab().api.steps);
    const fake = await open(live, { api: { steps } });
    await vi.waitFor(() => expect(pageText()).toContain('Sent so far'));
    const calls = steps.mock.calls.length;
    fake.become('lost');
    await here.settle();
    expect(pageText()).toContain('epoch 4 of 12');
    fake.become('ready');
    await vi.waitFor(() => expect(steps.mock.calls.length).toBeGreaterThan(calls));
    // From where it was, not from the start.
    expect(steps.mock.calls[calls]?.[1]).toBeGreaterThan(0);
  });
});

describe('a run that is followed', () => {
  it('has the same fixed part while it goes on, so that its charts stay as they are', async () => {
    const fake = fakeLab({}, [live]);
    let shown!: ShownRun;
    here = await mountInLab(defineComponent({ setup: () => ((shown = useRun(live.id)), () => null) }), { fake });
    await here.settle();
    const before = fixedPart(shown.run.value!);
    fake.emit('runs', [structuredClone({ ...live, progress: { ...progress, stepsDone: 360 } })], []);
    expect(shown.run.value?.progress?.stepsDone).toBe(360);
    expect(fixedPart(shown.run.value!, before)).toBe(before);
  });
});

describe('the page of a run that ended', () => {
  it('says why it failed and offers to resume', async () => {
    const fake = await open(fakeRun(7, { status: 'failed', error: 'The disk is full. Free 2 GB.' }));
    expect(document.querySelector('[role=alert]')?.textContent).toContain('The disk is full. Free 2 GB.');
    button('Resume').click();
    await vi.waitFor(() => expect(fake.runs.get('run-7')?.status).toBe('queued'));
  });

  it('asks for the server elsewhere that it needs, and says what is wrong beside the field', async () => {
    const place = { url: 'wss://gpu:4450', fingerprint: '3f:a2' };
    const server = { ...place, needed: true };
    const failed = fakeRun(7, { status: 'failed' });
    const run = async (): ReturnType<LabApi['run']> => ({ ...(await fakeLab({}, [failed]).api.run('run-7')), server });
    const problem = { code: 'auth-token', message: 'The token is wrong.', path: 'token' };
    const resume = vi.fn<LabApi['resume']>(() => Promise.reject(new LabFailure(problem)));
    await open(failed, { api: { run, resume } });
    expect(pageText()).toContain('server at wss://gpu:4450');
    button('Resume').click();
    await here.settle();
    const dialog = document.querySelector<HTMLElement>('[role=dialog]')!;
    const field = (label: string): HTMLInputElement => {
      const found = [...dialog.querySelectorAll('label')].find(({ textContent }) => textContent === label);
      return dialog.querySelector<HTMLInputElement>(`#${found!.htmlFor}`)!;
    };
    expect([field('Address').value, field('Fingerprint').value, field('Token').value]).toEqual([
      server.url,
      server.fingerprint,
      '',
    ]);
    expect(pageText()).not.toContain('On this machine');
    field('Token').value = ' secret ';
    field('Token').dispatchEvent(new Event('input'));
    await here.settle();
    dialog.querySelector('form')!.dispatchEvent(new Event('submit'));
    await vi.waitFor(() => expect(field('Token').getAttribute('aria-invalid')).toBe('true'));
    expect(dialog.textContent).toContain('The token is wrong.');
    resume.mockResolvedValue();
    dialog.querySelector('form')!.dispatchEvent(new Event('submit'));
    await vi.waitFor(() => expect(document.querySelector('[role=dialog]')).toBeNull());
    expect(resume).toHaveBeenLastCalledWith('run-7', { ...place, token: 'secret' });
  });

  it('is deleted only after a question that says what is lost', async () => {
    const fake = await open(fakeRun(7));
    button('More: export, delete').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await here.settle();
    button('Delete').click();
    await here.settle();
    expect(pageText()).toContain('checkpoints, trained weights, log and notes');
    expect(fake.runs.size).toBe(1);
    button('Delete run').click();
    await vi.waitFor(() => expect(here.router.currentRoute.value.path).toBe('/'));
    expect(fake.runs.size).toBe(0);
  });

  it('goes on to design with a clone', async () => {
    await open(fakeRun(7));
    button('Clone').click();
    await vi.waitFor(() => expect(here.router.currentRoute.value.fullPath).toBe('/design?clone=run-7'));
  });

  it('is gone when another window deleted it', async () => {
    const fake = await open(fakeRun(7));
    fake.emit('runs', [], ['run-7']);
    await here.settle();
    expect(pageText()).toContain('not there any more');
  });
});

describe('a run that cannot be had', () => {
  it('is unknown, with the way to those there are', async () => {
    const run = (): Promise<never> => Promise.reject(new LabFailure({ code: 'run-unknown', message: 'No run 7.' }));
    await open(fakeRun(7), { api: { run } });
    button('All runs').click();
    await vi.waitFor(() => expect(here.router.currentRoute.value.path).toBe('/'));
  });

  it('is asked for again', async () => {
    const run = vi.fn<LabApi['run']>(() => Promise.reject(new LabFailure({ code: 'disk', message: 'No disk.' })));
    await open(fakeRun(7), { api: { run } });
    expect(pageText()).toContain('No disk.');
    run.mockImplementation(fakeLab({}, [fakeRun(7)]).api.run);
    button('Try again').click();
    await here.settle();
    expect(pageText()).toContain('deprune of vgg11 on cifar10');
  });
});

describe('notes and tags', () => {
  it('are saved as they are written', async () => {
    const annotate = vi.fn<LabApi['annotate']>(() => Promise.resolve());
    await open(fakeRun(7), { api: { annotate }, tab: 'notes' });
    const area = document.querySelector('textarea')!;
    area.value = 'Found: it works.';
    area.dispatchEvent(new Event('input'));
    area.dispatchEvent(new Event('blur'));
    await vi.waitFor(() => expect(annotate).toHaveBeenCalledWith('run-7', { notes: 'Found: it works.' }));
    await vi.waitFor(() => expect(pageText()).toContain('Saved'));
  });

  it('come back when the lab does not take them', async () => {
    const annotate = (): Promise<never> => Promise.reject(new LabFailure({ code: 'disk', message: 'No disk.' }));
    await open(fakeRun(7, { tags: ['kept'] }), { api: { annotate } });
    button('Remove tag kept').click();
    await here.settle();
    expect(button('Remove tag kept')).toBeTruthy();
  });
});

describe('views of a run', () => {
  it('follow the address, and the log shows what is wrong with it', async () => {
    await open(live, { tab: 'log' });
    await vi.waitFor(() => expect(pageText()).toContain('The server answers slowly.'));
    expect(pageText()).toContain('2 of 2 lines');
  });

  it('show the settings that were changed and what they would be', async () => {
    await open(fakeRun(7), { tab: 'settings' });
    expect(pageText()).toContain('dataset.name');
    expect(pageText()).toContain('/home/ada/.local/share/sluice/runs/run-7');
  });
});
