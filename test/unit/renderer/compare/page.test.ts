import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSummary } from '../../../../main/api.ts';
import { SluiceError } from '../../../../main/errors.ts';
import ComparePage from '../../../../renderer/pages/compare/ComparePage.vue';
import { fakeRun } from '../../../support/fake-entries.ts';
import { fakeLab, type FakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, typeInto, type InLab } from '../in-lab.ts';

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

const area = (): HTMLTextAreaElement | null => document.querySelector('.dialog textarea');
function write(text: string): Promise<void> {
  area()!.value = text;
  area()!.dispatchEvent(new Event('input', { bubbles: true }));
  return here.settle();
}

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
    const compared: FakeLab['api']['compared'] = async (ids) => {
      const found = await fakeLab({}, runs).api.compared(ids);
      return found.map((run) => (run.id === 'run-4' ? { ...run, epochs: [] } : run));
    };
    await open('?runs=run-1,run-4,run-9', fakeLab({ epochs, compared }, runs));
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

  it('becomes a report of what is shown, with what is written and the accuracy that is asked about', async () => {
    const exportRuns = vi.fn(fakeLab().api.exportRuns);
    const fake = await open('?runs=run-1,run-3&hide=run-1%2F0&reach=0.6', fakeLab({ exportRuns }, runs));
    await soon(() => expect(results()).toHaveLength(1));
    button('Report…').click();
    await soon(() => expect(area()).not.toBeNull());
    expect(area()!.value).toContain('{{accuracy-bytes}}');
    await write('First\n\n{{results}}\n\nlast');
    await typeInto(here, /^Title/, 'Findings');
    button('Keep in the lab').click();
    const kept = { name: 'Findings', runs: ['run-3'], reach: 0.6, prose: 'First\n\n{{results}}\n\nlast' };
    await vi.waitFor(async () => expect(await fake.api.reports()).toMatchObject([kept]), { timeout: 20_000 });
    const save = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    button('Save HTML').click();
    await soon(() => expect(save).toHaveBeenCalled());
    const { name: title, ...asked } = kept;
    expect(exportRuns).toHaveBeenCalledWith({ ...asked, title, format: 'html' });
    save.mockRestore();

    button('Report…').click();
    await soon(() => expect(area()?.value).toBe(kept.prose));
    await write('{{nothing}}');
    expect(pageText()).toContain('A report has no section "{{nothing}}"');
  });

  it('goes to an MLflow server, which says what came of it', async () => {
    const answers = [Promise.reject(new SluiceError('mlflow-unreachable', 'Nothing answers at http://m:1.'))];
    answers[0].catch(() => undefined);
    const { sendRuns } = fakeLab().api;
    const asked = vi.fn((request: Parameters<typeof sendRuns>[0]) => answers.pop() ?? sendRuns(request));
    await open('?runs=run-1', fakeLab({ sendRuns: asked }, runs));
    button('Export').focus();
    button('Export').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await here.settle();
    button('Send to MLflow…').click();
    await here.settle();
    await typeInto(here, /^Tracking server/, ' http://m:1 ');
    button('Send').click();
    await soon(() => expect(pageText()).toContain('Nothing answers at http://m:1.'));
    button('Send').click();
    await soon(() => expect(pageText()).toContain('run-1: http://m:1/#/experiments/1/runs/2'));
    expect(asked).toHaveBeenLastCalledWith({ runs: ['run-1'], to: 'http://m:1' });
  });
});

describe('a comparison of very many', () => {
  const many = Array.from({ length: 70 }, (_, i) => fakeRun(i + 1, { name: `run of ${i}` }));

  it('is told from the ends of epochs, with the steps of the lines that are drawn alone', async () => {
    const api = fakeLab({}, many).api;
    const [steps, run] = [vi.fn(api.steps), vi.fn(api.run)];
    await open(`?runs=${many.map(({ id }) => id).join()}&charts=accuracy`, fakeLab({ steps, run }, many));
    await soon(() => expect(pageText()).toContain('the first 60 of 70 lines'));
    await soon(() => expect(rows('Results')[0]).toMatch(/%/));
    expect([steps, run].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await here.router.push('/compare?runs=run-1,run-2&charts=loss');
    await soon(() => expect(new Set(steps.mock.calls.map(([id]) => id))).toEqual(new Set(['run-1', 'run-2'])));
  });

  it('shows the list as runs come in, and charts and tables once all are there', async () => {
    const all = Array.from({ length: 130 }, (_, i) => fakeRun(i + 1, { name: `run of ${i}` }));
    const { compared } = fakeLab({}, all).api;
    let answer = (): void => undefined;
    const second = new Promise<void>((resolve) => (answer = resolve));
    const late: typeof compared = async (ids) => {
      if (ids.length < 100) await second;
      return compared(ids);
    };
    await open(`?runs=${all.map(({ id }) => id).join()}&charts=accuracy`, fakeLab({ compared: late }, all));
    await soon(() => expect(rows('Compared trainings')[0]).toContain('run of 0'));
    expect(pageText()).toContain('Reading 30 of 130 runs…');
    expect(document.querySelectorAll('figure')).toHaveLength(0);
    answer();
    await soon(() => expect(rows('Results')[0]).toMatch(/%/));
    expect(document.querySelectorAll('figure').length).toBeGreaterThan(2);
  });

  it('draws those that come first in the list as it is sorted', async () => {
    await open(`?runs=${many.map(({ id }) => id).join()}&charts=accuracy`, fakeLab({}, many));
    await soon(() => expect(rows('Compared trainings')[0]).toContain('run of 0'));
    const head = document.querySelector<HTMLElement>('[aria-label^="Compared trainings"] [role=columnheader] button')!;
    const image = (): string => document.querySelector('figure [role=img]')?.getAttribute('aria-label') ?? '';
    await soon(() => expect(image()).toContain('60 lines. run of 0 ends'));
    head.click();
    await here.settle();
    head.click();
    await soon(() => expect(image()).toMatch(/60 lines\. (?!run of 0 )/));
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
