import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExperimentInput, LabApi, PlanTable, PlanTask } from '../../../../main/api.ts';
import { describeDataset } from '../../../../main/data/datasets.ts';
import { examine } from '../../../../main/lab/design/examine.ts';
import { availableCodecs, codecChoice, keyOf } from '../../../../main/offload/codecs/table.ts';
import { planChoices } from '../../../../main/planning/choices.ts';
import type { Circumstances } from '../../../../main/planning/costs.ts';
import { plannedCodecs } from '../../../../main/planning/of-experiment.ts';
import { timedSchedule } from '../../../../main/planning/schedule.ts';
import { experimentNetwork } from '../../../../main/runs/experiment/check.ts';
import { experimentSchema, linkOf } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import DesignPage from '../../../../renderer/pages/design/DesignPage.vue';
import { useHome } from '../../../support/datasets.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { button, mountInLab, pageText, type InLab } from '../in-lab.ts';

let here: InLab;

/** A machine on which the server takes ten milliseconds for each layer it holds, the client one. */
function tableOf(input: ExperimentInput, { goal, limits }: Parameters<LabApi['planChoices']>[1]): PlanTable {
  const experiment = parseExperiment(input);
  const info = describeDataset('synthetic');
  const { network } = experimentNetwork(experiment, info);
  const compute: Circumstances['compute']['batch'] = {
    client: ({ layer }) => ({ train: 0.001 * layer, infer: 0.0001 * layer }),
    server: ({ layer }) => ({ train: 0.01 * (20 - layer), infer: 0.001 * (20 - layer) }),
  };
  const wire = Object.fromEntries(
    availableCodecs().map((name) => [keyOf(codecChoice(name)), { message: 0, value: 0 }]),
  );
  const at = {
    network,
    batchSize: experiment.batchSize,
    momentum: 0,
    link: linkOf(experiment),
    compute: { batch: compute, one: compute },
    wire,
    device: { cpuShare: 1, busyCores: 1 },
  };
  const { module } = experiment.split;
  const choices = planChoices(at, { module, budgets: [4], codecs: plannedCodecs(experiment), goal, limits });
  return { ...choices, engines: ['cpu · a processor'], schedule: timedSchedule(experiment, info, at, null) };
}

async function open(changes: Partial<LabApi>): Promise<void> {
  useHome();
  const fake = fakeLab({
    examine: (input) => Promise.resolve(examine(input, { list: () => [], epochs: () => [] })),
    experimentSchema: () => Promise.resolve(jsonSchema(experimentSchema) as Record<string, unknown>),
    ...changes,
  });
  here = await mountInLab(DesignPage, { fake, route: '/design' });
}

const panel = (): string => document.querySelector('.plan-panel')?.textContent?.replace(/\s+/g, ' ') ?? '';
const best = (): HTMLElement => document.querySelector<HTMLElement>('.cell.best')!;
const draft = (): ExperimentInput =>
  (JSON.parse(localStorage.getItem('sluice.draft')!) as { entries: { input: ExperimentInput }[] }).entries[0].input;

beforeEach(() => localStorage.clear());
afterEach(() => here.wrapper.unmount());

describe('where to cut', () => {
  it('shows the best of all cuts and budgets, and takes the one that is clicked', async () => {
    const ask = vi.fn((input: ExperimentInput, wish: Parameters<LabApi['planChoices']>[1]) =>
      Promise.resolve(tableOf(input, wish)),
    );
    await open({ planChoices: ask });
    await vi.waitFor(() => expect(panel()).toContain('B = 4'));
    expect(panel()).toContain('full budget');
    expect(best().textContent).toMatch(/ms.*int8/);
    best().click();
    await here.settle();
    const { choices, best: place } = tableOf({}, { goal: 'step', limits: {} });
    expect(draft()).toMatchObject({ split: { layer: choices[place!].layer }, codec: { up: 'int8', down: 'int8' } });
    await vi.waitFor(() => expect(ask.mock.lastCall![0]).toMatchObject({ codec: { up: 'int8' } }));
  });

  it('asks again with the link, for requests, and with a limit', async () => {
    localStorage.setItem('sluice.draft', JSON.stringify({ title: '', entries: [{ key: 0, input: {}, base: null }] }));
    const ask = vi.fn((input: ExperimentInput, wish: Parameters<LabApi['planChoices']>[1]) =>
      Promise.resolve(tableOf(input, wish)),
    );
    await open({ planChoices: ask });
    await vi.waitFor(() => expect(panel()).toContain('B = 4'));
    const before = best().textContent;
    button('Inference request').click();
    await vi.waitFor(() => expect(ask.mock.lastCall![1]).toEqual({ goal: 'request', limits: {} }));
    await vi.waitFor(() => expect(best().textContent).not.toBe(before));
    const limit = document.querySelector<HTMLInputElement>('[aria-label="Most bytes"]')!;
    limit.value = '0.01';
    limit.dispatchEvent(new Event('input', { bubbles: true }));
    await vi.waitFor(() => expect(ask.mock.lastCall![1].limits).toEqual({ bytes: 10 }));
    await vi.waitFor(() => expect(panel()).toContain('No choice keeps all limits.'));
  });

  it('times the layers where they are not known, shows how far it is, and then the table', async () => {
    let known = false;
    const task: PlanTask = {
      id: 3,
      kind: 'time',
      name: 'vgg11',
      status: 'running',
      progress: { step: 'time', item: 'vgg11', done: 20, total: 80, unit: 'pieces' },
      notes: [],
    };
    const timeLayers = vi.fn(() => Promise.resolve(task));
    await open({ planChoices: (input, wish) => Promise.resolve(known ? tableOf(input, wish) : null), timeLayers });
    await vi.waitFor(() => expect(panel()).toContain('not timed on this machine yet'));
    button('Time the layers').click();
    await vi.waitFor(() => expect(pageText()).toContain('Timing the layers of vgg11, 20 of 80 pieces'));
    known = true;
    here.fake.emit('planTask', { ...task, status: 'done' });
    here.fake.emit('planTimes');
    await vi.waitFor(() => expect(panel()).toContain('B = 4'));
    expect(panel()).toContain('Measured on cpu · a processor');
  });
});
