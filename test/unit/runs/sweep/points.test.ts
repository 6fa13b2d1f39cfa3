import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { experimentsOf } from '../../../../main/runs/sweep/points.ts';
import { readValues, writtenValues } from '../../../../main/runs/sweep/values.ts';

type SweepInput = NonNullable<ExperimentInput['sweep']>;

/** What each experiment of a sweep has at some fields. */
function swept<T>(sweep: SweepInput, of: (experiment: ReturnType<typeof parseExperiment>) => T): T[] {
  return experimentsOf({ sweep }).map(of);
}

function message(sweep: SweepInput): string {
  try {
    experimentsOf({ sweep });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
}

describe('a sweep', () => {
  it('of a grid makes every combination, each named after its values and without a sweep of its own', () => {
    const settings = { lr: [0.01, 0.1], 'phases[0].budget': [4, 8] };
    const experiments = experimentsOf({ name: 'wide', seeds: [1, 2], sweep: { settings } });
    expect(experiments.map(({ optimiser, phases }) => [optimiser.learningRate, phases[0].budget])).toEqual([
      [0.01, 4],
      [0.01, 8],
      [0.1, 4],
      [0.1, 8],
    ]);
    expect(experiments[1].name).toBe('wide, lr=0.01, phases[0].budget=8');
    expect(experiments.every(({ sweep, seeds }) => sweep === undefined && seeds.length === 2)).toBe(true);
    // Each is what one would get by setting it by hand.
    const byHand = parseExperiment({
      name: experiments[3].name,
      seeds: [1, 2],
      optimiser: { learningRate: 0.1 },
      phases: [
        { budget: 8, epochs: 6 },
        { budget: 'full', epochs: 3 },
      ],
    });
    expect(experiments[3]).toEqual(byHand);
  });

  it('of lists takes the first values together, then the second', () => {
    const settings = { 'gate.delta': [0.01, 0.1], 'model.width': [0.25, 0.5] };
    expect(swept({ kind: 'list', settings }, ({ gate, model }) => [gate.delta, model.width])).toEqual([
      [0.01, 0.25],
      [0.1, 0.5],
    ]);
  });

  it('goes over ranges: as many as are counted, whole numbers one by one', () => {
    const rates = { lr: { from: 1e-4, to: 0.1, scale: 'log' as const, count: 4 } };
    expect(swept({ settings: rates }, ({ optimiser }) => optimiser.learningRate)).toEqual([1e-4, 1e-3, 0.01, 0.1]);
    expect(swept({ settings: { seed: { from: 2, to: 5 } } }, ({ seeds }) => seeds)).toEqual([[2], [3], [4], [5]]);
    const budgets = { 'phases.0.budget': { from: 1, to: 64, scale: 'log' as const, count: 4 } };
    expect(swept({ settings: budgets }, ({ phases }) => phases[0].budget)).toEqual([1, 4, 16, 64]);
  });

  it('at random draws different points within their ranges, the same by the same seed', () => {
    const sweep = (seed: number): SweepInput => ({
      kind: 'random',
      runs: 40,
      seed,
      settings: {
        lr: { from: 1e-3, to: 0.1, scale: 'log' },
        'split.layer': { from: 3, to: 6 },
        'gate.mask': ['squared', 'linear'],
      },
    });
    const facts = (seed: number) =>
      swept(sweep(seed), ({ optimiser, split, gate }) => ({
        rate: optimiser.learningRate,
        layer: split.layer,
        mask: gate.mask,
      }));
    const drawn = facts(1);
    expect(drawn).toEqual(facts(1));
    expect(drawn).not.toEqual(facts(2));
    expect(new Set(drawn.map((each) => JSON.stringify(each))).size).toBe(40);
    expect(drawn.every(({ rate }) => rate >= 1e-3 && rate <= 0.1)).toBe(true);
    // On a logarithmic scale half of them lie below the geometric mean.
    const low = drawn.filter(({ rate }) => rate < 0.01).length;
    expect(low).toBeGreaterThan(10);
    expect(low).toBeLessThan(30);
    expect(new Set(drawn.map(({ layer }) => layer))).toEqual(new Set([3, 4, 5, 6]));
    expect(new Set(drawn.map(({ mask }) => mask)).size).toBe(2);
  });

  it('draws all there are when so many are wanted, and says when there are fewer', () => {
    const settings = { 'gate.delta': [0.01, 0.1], seed: [1, 2, 3] };
    const all = swept({ kind: 'random', runs: 6, settings }, ({ gate, seeds }) => `${gate.delta} ${seeds.join()}`);
    expect(new Set(all).size).toBe(6);
    expect(message({ kind: 'random', runs: 7, settings })).toBe(
      'sweep.runs is 7: expected at most 6, the combinations there are',
    );
  });

  it('over methods has the defaults of each', () => {
    const settings = { method: ['deprune', 'prune'] };
    expect(swept({ settings }, ({ optimiser }) => optimiser.learningRate)).toEqual([0.01, 0.001]);
  });

  it('says which combinations cannot be trained and why, all of them', () => {
    const settings = { 'phases[0].budget': [4, 64, 'full'], 'phases[1].budget': [32, 'full'] };
    expect(message({ settings })).toBe(
      [
        '3 of 6 combinations of the sweep cannot be trained:',
        'phases[0].budget=64, phases[1].budget=32: phases.1.budget is 32: expected more than the phase before, since deprune goes up',
        'phases[0].budget=full, phases[1].budget=32: phases.1.budget is 32: expected more than the phase before, since deprune goes up',
        'phases[0].budget=full, phases[1].budget=full: phases.1.budget is "full": expected more than the phase before, since deprune goes up',
      ].join('\n  '),
    );
    expect(message({ settings: { 'gate.detla': [1, 2] } })).toContain(
      'gate.detla is not a field: expected name, delta, ',
    );
    expect(message({ settings: { 'phases[7].budget': [1] } })).toContain('7 is not a place in a list of 2');
  });

  it.each<[sweep: SweepInput, expected: string]>([
    [{ settings: {} }, 'sweep.settings is empty: expected one setting or more'],
    [{ settings: { notes: ['a', 'b'] } }, 'sweep.settings.notes is no setting that can be swept'],
    [{ settings: { 'a..b': [1] } }, 'sweep.settings.a..b is no setting that can be swept'],
    [
      { settings: { lr: [0.1], 'optimiser.learningRate': [0.2] } },
      'sweep.settings.optimiser.learningRate is the same setting as lr: leave one of them out',
    ],
    [{ settings: { lr: [0.1, 0.1] } }, 'sweep.settings.lr is 0.1: expected every value once'],
    [
      { settings: { lr: { from: 1, to: 1 } } },
      'sweep.settings.lr.to is 1: expected more than 1, where the range begins',
    ],
    [
      { settings: { lr: { from: 0, to: 1, scale: 'log' } } },
      'sweep.settings.lr.from is 0: expected more than 0 on a logarithmic scale',
    ],
    [
      { settings: { lr: { from: 0.1, to: 1 } } },
      'sweep.settings.lr.count is missing: expected how many values of the range a grid has',
    ],
    [
      { settings: { seed: { from: 1, to: 40 }, batchSize: { from: 1, to: 40 } } },
      'sweep.settings makes 1600 combinations: expected at most 1000',
    ],
    [
      { kind: 'list', settings: { lr: [0.1, 0.2], seed: [1, 2, 3] } },
      'sweep.settings.seed has 3 values: expected 2, as lr has',
    ],
  ])('that makes no sense is refused before its runs are made: %j', (sweep, expected) => {
    expect(message(sweep)).toBe(expected);
  });
});

describe('values as a line', () => {
  it.each([
    ['0.01, 0.03,0.1', [0.01, 0.03, 0.1]],
    ['full, 4, null', ['full', 4, null]],
    ['{"resolution": 2, "features": 1}, null', [{ resolution: 2, features: 1 }, null]],
    ['1..5', { from: 1, to: 5, scale: 'linear' }],
    ['1e-4 .. .1 log 4', { from: 1e-4, to: 0.1, scale: 'log', count: 4 }],
    ['0..1 3', { from: 0, to: 1, scale: 'linear', count: 3 }],
  ])('%s', (text, values) => {
    expect(readValues(text)).toEqual(values);
    expect(readValues(writtenValues(readValues(text)!))).toEqual(values);
  });

  it.each(['', '1,,2', ' , '])('are none in "%s"', (text) => {
    expect(readValues(text)).toBeNull();
  });
});
