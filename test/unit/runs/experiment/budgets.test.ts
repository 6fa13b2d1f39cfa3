import { describe, expect, it } from 'vitest';
import { limitedBudgets, phasesAt, phasesWithout } from '../../../../main/runs/experiment/budgets.ts';
import { orderProblems } from '../../../../main/runs/experiment/check.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';

/** 8 maps of 4 × 4: a map of a sample is 32 bytes in float16 and 64 in float32. */
const features = { sent: [4, 4, 8], clientTrains: true, classes: 10 } as const;

const withBytes = (bytes: number, more: ExperimentInput = {}): ExperimentInput => ({
  method: 'high-compression',
  phases: [{ budget: { bytes }, epochs: 3 }],
  ...more,
});
const budgetOf = (input: ExperimentInput, at = features): number | 'full' =>
  phasesAt(parseExperiment(input), at)[0].budget;

describe('a budget of bytes', () => {
  it.each([
    [64, 1],
    [127, 1],
    [128, 2],
    [511, 7],
    [512, 'full'],
  ])('of %i is as many maps as fit both ways, here of float32 down', (bytes, maps) => {
    expect(budgetOf(withBytes(bytes))).toBe(maps);
  });

  it('counts the way up alone where no gradient comes back', () => {
    expect(budgetOf(withBytes(64), { ...features, clientTrains: false } as never)).toBe(2);
  });

  it('goes by the codec, what it takes for a whole batch shared among its samples', () => {
    const codec = { up: 'int8', down: 'float16', full: 'float32' } as const;
    expect(budgetOf(withBytes(100, { codec }))).toBe(3);
    // Of int8 both ways: 16 bytes a map, and 8 of scale for each map of a batch.
    const int8 = { up: 'int8', down: 'int8' } as const;
    expect(budgetOf(withBytes(33, { codec: int8, batchSize: 16 }))).toBe(2);
    expect(budgetOf(withBytes(33, { codec: int8, batchSize: 4 }))).toBe(1);
  });

  it('is refused where it is less than a map takes, with what one takes', () => {
    expect(() => budgetOf(withBytes(63))).toThrow(
      /^phases\.0\.budget is \{"bytes":63\}: expected 64 bytes or more, what one of the 8 maps of 4 × 4 takes/,
    );
  });

  it('leaves what is written in maps, and epochs', () => {
    const experiment = parseExperiment({
      phases: [
        { budget: { bytes: 130 }, epochs: 2 },
        { budget: 5, epochs: 1 },
        { budget: 'full', epochs: 4 },
      ],
    });
    const phases = phasesAt(experiment, features);
    expect(phases).toEqual([
      { budget: 2, epochs: 2 },
      { budget: 5, epochs: 1 },
      { budget: 'full', epochs: 4 },
    ]);
    expect(limitedBudgets(phases)).toEqual([2, 5]);
    expect(phasesWithout(experiment.phases).map(({ epochs }) => epochs)).toEqual([2, 1, 4]);
  });

  it('rises or falls as the method wants, beside bytes and beside maps', () => {
    const phases = (...budgets: (number | { bytes: number })[]): ExperimentInput => ({
      phases: budgets.map((budget) => ({ budget, epochs: 1 })),
    });
    expect(() => parseExperiment(phases({ bytes: 200 }, { bytes: 200 }))).toThrow(/^phases\.1\.budget is/);
    const problems = (input: ExperimentInput): string[] =>
      orderProblems(parseExperiment(input), features).map(({ path, text }) => `${path} ${text}`);
    expect(problems(phases({ bytes: 128 }, 3))).toEqual([]);
    expect(problems(phases({ bytes: 192 }, 3))).toEqual([
      'phases.1.budget is 3: expected more than the phase before, which has 3 maps at layer 5',
    ]);
    expect(problems(phases(2, { bytes: 191 }))).toEqual([
      'phases.1.budget is {"bytes":191}: expected more than the phase before, which has 2 maps at layer 5; this is 2',
    ]);
  });
});
