import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  budgetAt,
  budgetHeight,
  epochTicks,
  niceBudgets,
  readBudget,
  sameBudget,
  spans,
  steppedBudget,
  totalEpochs,
  withAdded,
  withEdge,
  withMoved,
  withoutPhase,
  withSplit,
  type Schedule,
  type SizedSchedule,
} from '../../../../renderer/pages/design/schedule.ts';
import { listMethods } from '../../../../main/lab/design/methods.ts';
import { applied, templateOf, templatesFor } from '../../../../renderer/pages/design/templates.ts';

const schedule: fc.Arbitrary<Schedule> = fc.array(
  fc.record({
    budget: fc.oneof(fc.constant('full' as const), fc.integer({ min: 1, max: 64 })),
    epochs: fc.integer({ min: 1, max: 50 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const maps = fc.constantFrom(3, 4, 32, 48, 128, 512);

describe('a budget that is typed', () => {
  it('is a number of maps, all of them, or bytes', () => {
    const typed = ['4', ' Full', 'all', '256 B', '256b', '0', '0 B', '4.5', '2 kB', ''];
    expect(typed.map(readBudget)).toEqual([
      4,
      'full',
      'full',
      { bytes: 256 },
      { bytes: 256 },
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(sameBudget({ bytes: 4 }, { bytes: 4 })).toBe(true);
    expect([sameBudget({ bytes: 4 }, 4), sameBudget(null, 4), sameBudget({ bytes: 4 }, { bytes: 5 })]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('edges', () => {
  it('give to one phase what they take from the next, and leave both an epoch', () => {
    fc.assert(
      fc.property(schedule, fc.nat(5), fc.integer({ min: -10, max: 400 }), (phases, at, epoch) => {
        const index = at % phases.length;
        const moved = withEdge(phases, index, epoch);
        expect(moved.every(({ epochs }) => epochs >= 1)).toBe(true);
        if (index < phases.length - 1) expect(totalEpochs(moved)).toBe(totalEpochs(phases));
        const end = totalEpochs(moved.slice(0, index + 1));
        if (index === phases.length - 1) expect(end).toBe(Math.max(totalEpochs(phases.slice(0, index)) + 1, epoch));
      }),
    );
  });
});

describe('budgets', () => {
  it('stand higher the more maps there are, the full one at the top', () => {
    fc.assert(
      fc.property(maps, (most) => {
        const heights = niceBudgets(most).map((budget) => budgetHeight(budget, most));
        expect(heights).toEqual([...heights].sort((a, b) => a - b));
        expect(heights.at(-1)).toBe(1);
        expect(heights[0]).toBeGreaterThan(0);
      }),
    );
  });

  it('are found again at their height', () => {
    fc.assert(
      fc.property(maps, (most) => {
        for (const budget of niceBudgets(most)) expect(budgetAt(budgetHeight(budget, most), most)).toBe(budget);
        expect(budgetAt(-1, most)).toBe(1);
        expect(budgetAt(2, most)).toBe('full');
      }),
    );
  });

  it('step to the next nice one, or by one', () => {
    expect([4, 6, 8].map((budget) => steppedBudget(budget, 1, 128))).toEqual([6, 8, 12]);
    expect(steppedBudget(5, -1, 128)).toBe(4);
    expect(steppedBudget(96, 1, 128)).toBe('full');
    expect(steppedBudget('full', 1, 128)).toBe('full');
    expect(steppedBudget('full', -1, 128)).toBe(96);
    expect(steppedBudget('full', -1, 128, { fine: true })).toBe(127);
    expect(steppedBudget(1, -1, 128)).toBe(1);
    expect(steppedBudget(127, 1, 128, { fine: true })).toBe('full');
  });
});

describe('the epochs below the timeline', () => {
  it('are fifteen at most however long it is, evenly spaced from the start', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (across) => {
        const ticks = epochTicks(across);
        expect(ticks.length).toBeLessThanOrEqual(15);
        expect(ticks[0]).toBe(0);
        expect(ticks.every((epoch, i) => Number.isInteger(epoch) && epoch === i * (ticks[1] ?? 0))).toBe(true);
      }),
    );
  });
});

describe('phases', () => {
  const two: SizedSchedule = [
    { budget: 4, epochs: 6 },
    { budget: 'full', epochs: 3 },
  ];

  it('are added as a step between the neighbours that are furthest apart', () => {
    const added = (phases: SizedSchedule, falls: boolean, most = 128) =>
      withAdded(phases, most, { falls }).map(({ budget }) => budget);
    const budgets = (...all: SizedSchedule[number]['budget'][]): SizedSchedule =>
      all.map((budget) => ({ budget, epochs: 2 }));
    expect(added(two, false)).toEqual([4, 24, 'full']);
    expect(added(budgets(4, 24, 'full'), false)).toEqual([4, 8, 24, 'full']);
    expect(added(budgets('full', 1), true)).toEqual(['full', 12, 1]);
    expect(added(budgets('full', 16, 8), true)).toEqual(['full', 48, 16, 8]);
    // One that has not come to all maps goes on to them; one that begins to fall takes half of the way.
    expect(added(budgets(4), false)).toEqual([4, 'full']);
    expect(added(budgets('full'), true)).toEqual(['full', 8]);
    expect(added(budgets('full'), false)).toEqual([12, 'full']);
    // All the maps there are, as a number, are the full budget.
    expect(added(budgets(4, 8), false, 8)).toEqual([4, 6, 8]);
  });

  it('are not added where no budget lies between, and never make two of one budget', () => {
    const tight: SizedSchedule = [
      { budget: 3, epochs: 1 },
      { budget: 'full', epochs: 1 },
    ];
    expect(withAdded(tight, 4, { falls: false })).toBe(tight);
    fc.assert(
      fc.property(maps, fc.boolean(), fc.integer({ min: 1, max: 12 }), (most, falls, times) => {
        let phases: SizedSchedule = [{ budget: falls ? 'full' : 1, epochs: 1 }];
        for (let i = 0; i < times; i++) phases = withAdded(phases, most, { falls });
        const sizes = phases.map(({ budget }) => (budget === 'full' ? most : budget));
        expect(new Set(sizes).size).toBe(sizes.length);
        expect(sizes).toEqual(sizes.toSorted((a, b) => (falls ? b - a : a - b)));
      }),
    );
  });

  it('are split, moved and taken out', () => {
    expect(withSplit(two, 1)).toEqual([two[0], { budget: 'full', epochs: 2 }, { budget: 'full', epochs: 1 }]);
    expect(withMoved(two, 1, 0)).toEqual([two[1], two[0]]);
    expect(withMoved(two, 0, 2)).toBe(two);
    expect(withoutPhase(two, 0)).toEqual([two[1]]);
    expect(withoutPhase([two[0]], 0)).toEqual([two[0]]);
  });

  it('cover the schedule', () => {
    expect(spans(two)).toEqual([
      { from: 0, to: 6 / 9 },
      { from: 6 / 9, to: 1 },
    ]);
  });
});

describe('templates', () => {
  it('keep the number of epochs, are known again, and never have two phases of one budget', () => {
    fc.assert(
      fc.property(schedule, fc.constantFrom(...listMethods()), maps, (phases, method, most) => {
        for (const template of templatesFor(method, most)) {
          const made = applied(template, phases, most);
          expect(totalEpochs(made)).toBe(Math.max(made.length, totalEpochs(phases)));
          expect(made.every(({ epochs }) => epochs >= 1)).toBe(true);
          const sizes = made.map(({ budget }) => (budget === 'full' ? most : budget));
          expect(new Set(sizes).size).toBe(sizes.length);
          expect(templateOf(made, method, most)).toBe(template);
        }
      }),
    );
  });

  it('have a ramp of four phases for the maps there are, which few maps make shorter', () => {
    const [method] = listMethods();
    const ramp = templatesFor(method, 128).find(({ name }) => name === 'ramp')!;
    const budgets = (most: number) => applied(ramp, [{ budget: 4, epochs: 8 }], most).map(({ budget }) => budget);
    expect(budgets(128)).toEqual([4, 16, 64, 'full']);
    expect(budgets(32)).toEqual([1, 4, 16, 'full']);
    expect(budgets(4)).toEqual([1, 2, 'full']);
    // Where three phases would be the two of another template, that one is left.
    expect(templatesFor(method, 32).map(({ name }) => name)).toEqual(['two', 'ramp']);
    const two = templatesFor(method, 128).find(({ name }) => name === 'two')!;
    expect(applied(two, [{ budget: 4, epochs: 9 }], 4)).toEqual([{ budget: 'full', epochs: 9 }]);
  });
});
