import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import HomePage from '../../../../renderer/pages/home/HomePage.vue';
import { fakeRun, fakeRuns } from '../../../support/fake-entries.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, typeInto, type InLab } from '../in-lab.ts';

const page = defineComponent({ render: () => [h(HomePage), h(ConfirmDialog)] });
let here: InLab;

beforeAll(() => giveSize(1000, 500));
beforeEach(() => localStorage.clear());
afterEach(() => here.wrapper.unmount());

describe('an empty lab', () => {
  it('starts the quickstart in one click and goes to the first of its runs', async () => {
    const launch = vi.fn(fakeLab({}, []).api.launch);
    here = await mountInLab(page, { fake: fakeLab({ launch }, []) });
    button('Run the quickstart').click();
    await here.settle();
    expect(launch.mock.calls[0]).toMatchObject([[{}, {}, {}], 'quickstart']);
    expect(here.router.currentRoute.value).toMatchObject({
      name: 'run',
      params: { id: 'new-1' },
    });
  });

  it('says why the quickstart did not start, and can be asked again', async () => {
    const launch = (): Promise<never> => Promise.reject(new Error('The disk is full.'));
    here = await mountInLab(page, { fake: fakeLab({ launch }, []) });
    button('Run the quickstart').click();
    await here.settle();
    expect(here.router.currentRoute.value.name).toBe('home');
    expect(button('Run the quickstart').disabled).toBe(false);
  });
});

describe('home', () => {
  it('has live runs on top, which can be paused there', async () => {
    here = await mountInLab(page);
    const cards = document.querySelectorAll('article');
    expect(cards).toHaveLength(3);
    expect(cards[0]?.textContent).toContain('epoch 10 of 22, budget 4 maps');
    button('Pause deprune').click();
    await here.settle();
    expect(here.fake.runs.get('run-1')?.status).toBe('paused');
    button('Continue deprune');
  });

  it('has cards for the first of many, and the table for the others', async () => {
    const waiting = Array.from({ length: 40 }, (_, i) => fakeRun(i + 10, { status: 'queued' }));
    here = await mountInLab(page, { fake: fakeLab({}, [...fakeRuns(), ...waiting]) });
    const names = [...document.querySelectorAll('article')].map((card) => card.getAttribute('aria-label'));
    expect(names).toHaveLength(4);
    expect(names.slice(0, 2)).toEqual(['deprune, run 1', 'full budget, run 2']);
    expect(pageText()).toContain('39 more wait for their turn');
    button('Show them in the table').click();
    await here.settle();
    expect(pageText()).toContain('43 of 49 runs');
    expect(here.router.currentRoute.value.query).toEqual({});
    await vi.waitFor(() => expect(here.router.currentRoute.value.query).toEqual({ where: 'active = yes' }));
  });

  it('stops those chosen that have not ended', async () => {
    here = await mountInLab(page);
    const boxes = document.querySelectorAll<HTMLElement>('.body [type=checkbox]');
    boxes[3]?.click();
    await here.settle();
    expect(() => button('Stop')).toThrow();
    boxes[0]?.click();
    await here.settle();
    button('Stop').click();
    await here.settle();
    expect(['run-1', 'run-4'].map((id) => here.fake.runs.get(id)?.status)).toEqual(['stopped', 'finished']);
  });

  it('follows runs that come, change and go', async () => {
    here = await mountInLab(page);
    here.fake.emit('runs', [fakeRun(77, { name: 'brand new', createdAt: Date.now() })], ['run-9']);
    await here.settle();
    expect(pageText()).toContain('brand new');
    expect(pageText()).not.toContain('seed 3');
  });

  it('names what is lost before it deletes, and deletes nothing when told not to', async () => {
    here = await mountInLab(page);
    const choose = async (): Promise<void> => {
      const boxes = document.querySelectorAll<HTMLElement>('.body [type=checkbox]');
      for (const box of [boxes[3], boxes[4]]) {
        box?.click();
        await here.settle();
      }
      button('Delete').click();
      await here.settle();
    };
    await choose();
    expect(pageText()).toMatch(/Delete 2 runs\?.*cannot be undone.*#4 prune.*#5 scratch/);
    button('Cancel').click();
    await here.settle();
    expect(here.fake.runs.size).toBe(9);
    button('Delete').click();
    await here.settle();
    button('Delete 2 runs').click();
    await here.settle();
    expect([...here.fake.runs.keys()]).not.toContain('run-4');
    expect(here.fake.runs.size).toBe(7);
  });

  it('fetches its runs again when the lab has come back', async () => {
    here = await mountInLab(page);
    here.fake.become('lost');
    here.fake.runs.set('run-50', fakeRun(50, { name: 'meanwhile', createdAt: Date.now() }));
    here.fake.become('ready');
    await here.settle();
    expect(pageText()).toContain('meanwhile');
  });

  it('shows folders of runs that it does not know, and has them adopted', async () => {
    const [lost, old] = [
      { folder: '0007-lost', name: 'lost', createdAt: 0, refused: null },
      { folder: '0008-old', name: null, createdAt: null, refused: 'an earlier version made it.' },
    ];
    const adopt = vi.fn(() => Promise.resolve());
    const strayFolders = vi.fn().mockResolvedValueOnce([lost, old]).mockResolvedValue([old]);
    here = await mountInLab(page, { fake: fakeLab({ strayFolders, adopt }, []) });
    expect(pageText()).toMatch(
      /2 folders of runs are not in the list.*0008-old.*cannot be adopted: an earlier version/,
    );
    expect(() => button('Adopt 0008-old')).toThrow();
    button('Adopt 0007-lost').click();
    await here.settle();
    expect(adopt.mock.calls).toEqual([['0007-lost']]);
    expect(pageText()).toContain('A folder of a run is not in the list');
    expect(pageText()).not.toContain('0007-lost');
  });

  it('says so when the runs cannot be read', async () => {
    const runs = vi.fn().mockRejectedValueOnce(new Error('The database is locked.')).mockResolvedValue([]);
    here = await mountInLab(page, { fake: fakeLab({ runs }) });
    expect(pageText()).toContain('The database is locked.');
    button('Try again').click();
    await here.settle();
    button('Run the quickstart');
  });
});

describe('the table of runs', () => {
  const rows = (): string[] =>
    [...document.querySelectorAll('.body')].map((row) => (row.textContent ?? '').replace(/\s+/g, ' ').trim());
  const filter = (): HTMLInputElement => document.querySelector<HTMLInputElement>('input[role=combobox]')!;
  async function type(text: string): Promise<void> {
    filter().focus();
    filter().value = text;
    filter().setSelectionRange(text.length, text.length);
    filter().dispatchEvent(new Event('input', { bubbles: true }));
    await here.settle();
  }
  async function press(target: Element, key: string): Promise<void> {
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await here.settle();
  }

  it('is filtered by what is typed, completed by keyboard, and stays while the end is missing', async () => {
    here = await mountInLab(page);
    await type('status = fail');
    expect(pageText()).toContain('No run fits');
    await press(filter(), 'ArrowDown');
    await press(filter(), 'Enter');
    expect(filter().value).toBe('status = failed ');
    expect(rows()).toHaveLength(1);
    await type('status = failed and best >');
    expect(rows()).toHaveLength(1);
    expect(pageText()).toContain('Position 27: expected a share such as 50 % or 0.5 for best, the filter ends.');
    expect(filter().getAttribute('aria-invalid')).toBeNull();
    await type('best > x and status = failed');
    expect(filter().getAttribute('aria-invalid')).toBe('true');
  });

  it('shows what its address asks for: filter, columns, order and groups', async () => {
    const query = 'where=method = deprune&columns=optimiser.learningRate,best&sort=-best&group=settings';
    here = await mountInLab(page, { route: `/?${query}` });
    const heads = [...document.querySelectorAll('[role=columnheader]')].map((head) => head.textContent?.trim());
    expect(heads.slice(1)).toEqual(['#', 'Name', 'Status', 'Learning rate', 'Best']);
    expect(rows()[0]).toMatch(/^3 ×deprune.*0\.0179\.3 ± 7\.0 %$/);
    const grid = document.querySelector('[role=treegrid]')!;
    const folded = rows().length;
    await press(grid, 'ArrowRight');
    expect(rows()).toHaveLength(folded + 3);
    await press(grid, ' ');
    expect(pageText()).toContain('3 selected');
    await press(grid, 'ArrowLeft');
    expect(rows()).toHaveLength(folded);
  });

  it('has columns wider or narrower by keyboard, and remembers it', async () => {
    here = await mountInLab(page, { route: '/?columns=best:100' });
    const head = (): HTMLElement =>
      [...document.querySelectorAll<HTMLElement>('.sort')].find(({ textContent }) => textContent?.includes('Best'))!;
    const event = { key: 'ArrowRight', shiftKey: true, bubbles: true, cancelable: true };
    head().dispatchEvent(new KeyboardEvent('keydown', event));
    await here.settle();
    const tracks = document.querySelector<HTMLElement>('.head')!.style.gridTemplateColumns;
    expect(tracks).not.toContain('100px');
    await vi.waitFor(() => expect(here.router.currentRoute.value.query['columns']).toMatch(/^best:\d+$/));
  });

  it('saves a view under a name and shows it again', async () => {
    here = await mountInLab(page, { route: '/?where=status = failed' });
    const menu = async (entry: string): Promise<void> => {
      await press(button('Views'), 'Enter');
      button(entry).click();
      await here.settle();
    };
    await menu('Save this view…');
    await typeInto(here, /^Name/, 'failures');
    button('Save').click();
    await here.settle();
    expect((await here.fake.api.settings()).views).toMatchObject([{ name: 'failures', where: 'status = failed' }]);
    expect(pageText()).toContain('failures');
  });

  it('shows the runs of the project, and of all where it is asked to', async () => {
    const runs = [...fakeRuns(), fakeRun(20, { project: 'vision', name: 'seen' }), fakeRun(21, { archived: true })];
    here = await mountInLab(page, { fake: fakeLab({}, runs) });
    expect(rows()).toHaveLength(9);
    await type('project = vision');
    expect(rows()).toEqual([expect.stringContaining('seen')]);
    await type('archived = yes');
    expect(rows()).toEqual([expect.stringContaining('21')]);
    document.querySelector<HTMLElement>('.body [type=checkbox]')?.click();
    await here.settle();
    await press(button('Organise'), 'Enter');
    button('Restore').click();
    await here.settle();
    expect(here.fake.runs.get('run-21')?.archived).toBe(false);
  });
});
