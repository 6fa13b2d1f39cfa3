import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defineComponent, h } from 'vue';
import type { LaunchOutcome, RunSummary } from '../../../../main/api.ts';
import ConfirmDialog from '../../../../renderer/components/ConfirmDialog.vue';
import {
  commandsFor,
  countWords,
  launchShare,
  openLaunches,
  secondsLeft,
} from '../../../../renderer/pages/launch/launch-state.ts';
import LaunchPage from '../../../../renderer/pages/launch/LaunchPage.vue';
import { fakeRuns } from '../../../support/fake-entries.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { button, giveSize, mountInLab, pageText, type InLab } from '../in-lab.ts';

const group = 'rates@2026-01-02T03:04:05.000Z';
const [model] = fakeRuns();

function run(number: number, changes: Partial<RunSummary>): RunSummary {
  const nothing = { startedAt: null, endedAt: null, progress: null, epochsDone: 0, epochsTotal: 4, bestAccuracy: null };
  return { ...model, ...nothing, id: `r${number}`, number, group, name: `rates, lr=${number}`, ...changes };
}

const runs = [
  run(1, { status: 'finished', startedAt: 0, endedAt: 60_000, epochsDone: 4, bestAccuracy: 0.7 }),
  run(2, { status: 'finished', startedAt: 0, endedAt: 20_000, epochsDone: 4, bestAccuracy: 0.8 }),
  run(3, {
    status: 'running',
    startedAt: 0,
    progress: { ...model.progress!, stepsDone: 25, totalSteps: 100, secondsLeft: 30 },
  }),
  run(4, { status: 'queued' }),
];

describe('a launch as one', () => {
  it('is as far as its runs together, for as long as they took', () => {
    expect(countWords(runs)).toBe('1 running · 1 queued · 2 finished');
    expect(launchShare(runs)).toBeCloseTo(2.25 / 4, 10);
    // Those that have finished took 40 s on average.
    expect(secondsLeft(runs, 1)).toBe(70);
    expect(secondsLeft(runs, 2)).toBe(35);
    expect(secondsLeft(runs.slice(2), 1)).toBeNull();
    expect(secondsLeft(runs.slice(0, 2), 1)).toBeNull();
  });

  it('is open while one of its runs is, and none where there is one run alone', () => {
    const other = run(9, { status: 'running', group: 'alone@now' });
    const over = [5, 6].map((number) => run(number, { status: 'finished', group: 'over@now' }));
    expect(openLaunches([other, ...over, ...runs])).toEqual([{ group, runs }]);
  });

  it('can be asked what its runs can be asked', () => {
    const commands = (...of: RunSummary[]) => commandsFor(of).map(({ command }) => command);
    expect(commands(...runs)).toEqual(['pause', 'stop']);
    expect(commands(run(1, { status: 'paused' }))).toEqual(['proceed', 'stop']);
    expect(commands(run(1, { status: 'stopped' }), runs[0])).toEqual(['resume']);
    expect(commands(runs[0])).toEqual([]);
  });
});

describe('the page of a launch', () => {
  let here: InLab;
  beforeAll(() => giveSize(1000, 500));
  afterEach(() => here.wrapper.unmount());
  const page = defineComponent({ render: () => [h(LaunchPage, { group }), h(ConfirmDialog)] });

  it('shows what matters and the best of its runs first, and asks all of them', async () => {
    const outcome: LaunchOutcome = {
      runs: runs.map(({ id }) => id),
      settings: ['optimiser.learningRate', 'gate.delta'],
      values: [
        [0.1, 1],
        [0.2, 1],
        [0.3, 2],
        [0.4, 2],
      ],
      importance: { method: 'anova', runs: 12, shares: [0.25, 0.625], rest: 0.125 },
    };
    const fake = fakeLab({ launched: () => Promise.resolve(outcome) }, runs);
    here = await mountInLab(page, { fake });
    expect(pageText()).toMatch(
      /gate.delta ?62.5 % ?optimiser.learningRate ?25.0 % ?interactions, seeds, chance ?12.5 %/,
    );
    const rows = [...document.querySelectorAll('[role=row]')].map((row) => row.getAttribute('aria-label'));
    expect(rows.filter(Boolean).slice(0, 2)).toEqual(['rates, lr=2, run 2', 'rates, lr=1, run 1']);
    button('Pause all').click();
    await here.settle();
    expect(pageText()).toContain('2 paused · 2 finished');
    button('Continue all').click();
    await here.settle();
    button('Stop all').click();
    await here.settle();
    button('Stop 2 runs').click();
    await here.settle();
    expect(pageText()).toContain('2 finished · 2 stopped');
  });

  it('says what is missing to tell what matters', async () => {
    here = await mountInLab(page, { fake: fakeLab({}, runs) });
    expect(pageText()).toContain('These runs are too few to tell what matters.');
  });
});
