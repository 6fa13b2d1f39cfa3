import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSummary } from '../../../../main/api.ts';
import ComparePage from '../../../../renderer/pages/compare/ComparePage.vue';
import { fakeRun } from '../../../support/fake-entries.ts';
import { fakeLab, type FakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, type InLab } from '../in-lab.ts';

let here: InLab;

beforeAll(() => giveSize(1000, 500));
beforeEach(() => localStorage.clear());
afterEach(() => here.wrapper.unmount());

const runs = [
  fakeRun(1),
  fakeRun(2, { seed: 2 }),
  fakeRun(3, { name: 'full budget', method: 'full', budgets: [null], group: 'other' }),
  fakeRun(4, { name: 'broken', status: 'failed', error: 'The loss became NaN.' }),
];

async function open(query: string, fake: FakeLab = fakeLab({}, runs)): Promise<FakeLab> {
  here = await mountInLab(ComparePage, { fake, route: `/compare${query}` });
  await here.settle();
  return fake;
}

function rows(label: string): string[] {
  const grid = document.querySelector(`[role=grid][aria-label^="${label}"]`);
  const text = ({ textContent }: Element): string => (textContent ?? '').replace(/\s+/g, ' ').trim();
  return [...(grid?.querySelectorAll('.body.row') ?? [])].map(text);
}
/** What follows with a little delay, and on a busy machine with a longer one. */
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000 });
const results = (): string[] => rows('Results');

describe('a comparison', () => {
  it('shows seeds as one with their spread, or apart', async () => {
    await open('?runs=run-1,run-2,run-3');
    await soon(() => expect(results()).toHaveLength(2));
    expect(results()[0]).toMatch(/^deprune ?2 seeds.*\d ± \d.* %/);
    document.querySelectorAll<HTMLButtonElement>('.tools [role=switch]')[1].click();
    await soon(() => expect(results()).toHaveLength(3));
    expect(results().join()).toContain('deprune, seed 2');
    await soon(() => expect(here.router.currentRoute.value.query).toMatchObject({ seeds: 'apart' }));
  });

  it('takes what is hidden out of everything, and says so in its address', async () => {
    await open('?runs=run-1,run-2,run-3');
    await soon(() => expect(results()).toHaveLength(2));
    const [first] = document.querySelectorAll<HTMLInputElement>('.list .body [type=checkbox]');
    first.click();
    await soon(() => expect(results()).toHaveLength(1));
    expect(results()[0]).toMatch(/^full budget/);
    expect(pageText()).toContain('1 of 2 shown');
    await soon(() => expect(here.router.currentRoute.value.query).toMatchObject({ hide: 'run-1/0,run-2/0' }));
    button('Keep only these').click();
    await soon(() => expect(here.router.currentRoute.value.query).toEqual({ runs: 'run-3' }));
  });

  it('answers what is asked in its address', async () => {
    await open('?runs=run-1,run-3&bytes=2000000&reach=0.6&base=run-1%2F0');
    await soon(() => expect(results()).toHaveLength(2));
    expect(pageText()).toContain('At 2.00 MB');
    expect(pageText()).toContain('Bytes to 60.0 %');
    expect(rows('What the cursors say')).toContainEqual(expect.stringMatching(/^deprune.*the same$/));
  });

  it('says how runs are that have no data, and which are gone', async () => {
    const epochs: FakeLab['api']['epochs'] = async (id) => {
      const batch = await fakeLab().api.epochs('run-1');
      return id === 'run-4' ? { ...batch, epochs: [] } : batch;
    };
    await open('?runs=run-1,run-4,run-9', fakeLab({ epochs }, runs));
    await soon(() => expect(pageText()).toContain('One run of this comparison is not in this lab: run-9'));
    await soon(() => expect(rows('Compared trainings').join()).toMatch(/broken ?failed/));
    await soon(() => expect(results().join()).toMatch(/broken ?–/));
    here.fake.emit('runs', [], ['run-1']);
    await soon(() => expect(pageText()).toContain('2 runs of this comparison are not in this lab'));
    button('Leave out').click();
    await soon(() => expect(here.router.currentRoute.value.query).toEqual({ runs: 'run-4' }));
  });

  it('follows a run that goes on', async () => {
    const live: RunSummary = fakeRun(5, { name: 'live', status: 'running', epochsDone: 9 });
    const all = await fakeLab().api.epochs('run-1');
    let done = 2;
    const epochs: FakeLab['api']['epochs'] = () => Promise.resolve({ ...all, epochs: all.epochs.slice(0, done) });
    const fake = await open('?runs=run-5', fakeLab({ epochs }, [live]));
    await soon(() => expect(pageText()).toContain('running, epoch 9 of 22'));
    const accuracy = (): string => results()[0] ?? '';
    await soon(() => expect(accuracy()).toMatch(/%/));
    const before = accuracy();
    done = 8;
    fake.emit('epochs', 'run-5', { ...all, epochs: all.epochs.slice(0, done) });
    await soon(() => expect(accuracy()).not.toBe(before));
  });

  it('becomes a report of what is shown, with the accuracy that is asked about', async () => {
    const exportRuns = vi.fn(fakeLab().api.exportRuns);
    await open('?runs=run-1,run-3&hide=run-1%2F0&reach=0.6', fakeLab({ exportRuns }, runs));
    await soon(() => expect(results()).toHaveLength(1));
    const save = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    button('Report').click();
    await soon(() => expect(save).toHaveBeenCalled());
    expect(exportRuns).toHaveBeenCalledWith({ runs: ['run-3'], format: 'html', reach: 0.6 });
    save.mockRestore();
  });
});

describe('choosing what to compare', () => {
  it('is the first thing to do', async () => {
    await open('');
    const boxes = document.querySelectorAll<HTMLInputElement>('.picker .body [type=checkbox]');
    expect(boxes).toHaveLength(4);
    boxes[0].click();
    await here.settle();
    boxes[2].click();
    await here.settle();
    button('Compare 2 runs').click();
    await soon(() => expect(here.router.currentRoute.value.query).toEqual({ runs: 'run-3,run-1' }));
  });

  it('is done in one click for the latest launch', async () => {
    await open('');
    button('Compare the latest launch').click();
    await soon(() => expect(here.router.currentRoute.value.query).toEqual({ runs: 'run-4,run-2,run-1' }));
  });

  it('begins with how to get runs where there are none', async () => {
    await open('', fakeLab({}, []));
    expect(pageText()).toContain('Nothing to compare yet');
  });
});
