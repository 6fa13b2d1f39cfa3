import { describe, expect, it } from 'vitest';
import { resetDeprune } from '../../../main/training/methods/deprune.ts';
import { resetPrune } from '../../../main/training/methods/prune.ts';
import type { MethodName } from '../../../main/training/methods/table.ts';
import {
  plannedPairs,
  planTrainings,
  selectLearningRate,
  type Phase,
  type PhaseSettings,
} from '../../../main/training/plan.ts';

const phases = [
  { budget: 4, epochs: 15 },
  { budget: 32, epochs: 5 },
  { budget: 'full', epochs: 7 },
] as const;

const phase = (given: Partial<Phase>): Phase => ({
  budget: null,
  epochs: 0,
  firstEpoch: 0,
  reset: null,
  freshOptimiser: true,
  result: true,
  ...given,
});

describe('planTrainings', () => {
  it('goes through the budgets of deprune with one network, a fresh optimiser each, the last a result', () => {
    expect(planTrainings('deprune', phases, 128)).toEqual([
      [
        phase({ budget: 4, epochs: 15, result: false }),
        phase({ budget: 32, epochs: 5, firstEpoch: 15, reset: resetDeprune, result: false }),
        phase({ budget: null, epochs: 7, firstEpoch: 20, reset: resetDeprune }),
      ],
    ]);
  });

  it('keeps one optimiser through the budgets of prune, each a result', () => {
    expect(planTrainings('prune', phases.toReversed(), 128)).toEqual([
      [
        phase({ budget: null, epochs: 7 }),
        phase({ budget: 32, epochs: 5, firstEpoch: 7, reset: resetPrune, freshOptimiser: false }),
        phase({ budget: 4, epochs: 15, firstEpoch: 12, reset: resetPrune, freshOptimiser: false }),
      ],
    ]);
  });

  it('trains a new network for each budget from scratch', () => {
    expect(planTrainings('scratch', phases, 128)).toEqual([
      [phase({ budget: 4, epochs: 15 })],
      [phase({ budget: 32, epochs: 5 })],
      [phase({ budget: null, epochs: 7 })],
    ]);
  });

  it.each<[MethodName, number | null]>([
    ['full', null],
    ['high-compression', 4],
    ['bottleneck', null],
    ['plain-split', null],
    ['raw-image', null],
  ])('gives %s the epochs of all phases at one budget', (method, budget) => {
    expect(planTrainings(method, phases, 128)).toEqual([[phase({ budget, epochs: 27 })]]);
  });

  it('takes a budget of all maps or more for the full one', () => {
    const budgets = [3, 4, 5].map((budget) => ({ budget, epochs: 1 }));
    expect(planTrainings('deprune', budgets, 4)[0].map(({ budget }) => budget)).toEqual([3, null, null]);
    expect(planTrainings('high-compression', budgets.slice(1), 4)[0][0].budget).toBeNull();
  });
});

describe('plannedPairs', () => {
  const places = (method: MethodName, of: readonly PhaseSettings[] = phases): unknown[] =>
    plannedPairs(method, of, 128).map(({ training, firstPhase, lastPhase, budget }) => [
      training,
      firstPhase,
      lastPhase,
      budget,
    ]);

  it('are what every result is led to by: a phase of prune, a training of scratch, all phases of deprune', () => {
    expect(places('prune', phases.toReversed())).toEqual([
      [0, 0, 0, null],
      [0, 1, 1, 32],
      [0, 2, 2, 4],
    ]);
    expect(places('scratch')).toEqual([
      [0, 0, 0, 4],
      [1, 0, 0, 32],
      [2, 0, 0, null],
    ]);
    expect(places('deprune')).toEqual([[0, 0, 2, null]]);
    expect(places('high-compression')).toEqual([[0, 0, 0, 4]]);
  });
});

describe('selectLearningRate', () => {
  it('multiplies the first epochs of every phase but the first', () => {
    const rate = (phaseIndex: number, epoch: number): number =>
      selectLearningRate(0.1, { epochs: 2, factor: 3 }, phaseIndex, epoch);
    expect([rate(0, 0), rate(1, 0), rate(1, 1), rate(1, 2), rate(2, 0)]).toEqual([0.1, 0.1 * 3, 0.1 * 3, 0.1, 0.1 * 3]);
  });
});
