import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import HomePage from '../../../../renderer/pages/home/HomePage.vue';
import { filterRuns, noFilter } from '../../../../renderer/pages/home/filter.ts';
import { fakeRun, fakeRuns } from '../../../support/fake-entries.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, type InLab } from '../in-lab.ts';

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

describe('a filter', () => {
  const runs = fakeRuns();
  const numbers = (filter: Partial<typeof noFilter>): number[] =>
    filterRuns(runs, { ...noFilter, ...filter }).map(({ number }) => number);

  it('wants every word, wherever it stands', () => {
    expect(numbers({ text: 'FIGURE-12 prune' })).toEqual([4]);
    expect(numbers({ text: '#7' })).toEqual([7]);
    expect(numbers({ text: 'nothing' })).toEqual([]);
  });

  it('goes by status and tag', () => {
    expect(numbers({ status: 'active' })).toEqual([1, 2, 3]);
    expect(numbers({ status: 'finished', tag: 'paper' })).toEqual([4]);
  });
});
