import { describe, expect, it } from 'vitest';
import { decide, type RungScores } from '../../../../main/runs/search/asha.ts';

const rules = { rungs: 3, reduction: 3 };

/** A trial that waits at the highest rung it has a score for. */
function resting(trial: number, ...scores: number[]): RungScores {
  return { trial, state: 'resting', entry: 0, rung: scores.length - 1, scores, bytes: 10 };
}

function fresh(trial: number, entry = 0): RungScores {
  return { trial, state: 'new', entry, rung: null, scores: [], bytes: 0 };
}

const train = (trial: number, rung: number): object => ({ kind: 'train', trial, rung });

describe('successive halving', () => {
  it('begins new trials until a rung has η of them, and then sends the best of those on', () => {
    expect(decide([fresh(0), fresh(1)], rules)).toEqual(train(0, 0));
    const two = [resting(0, 0.2), resting(1, 0.4)];
    expect(decide([...two, fresh(2)], rules)).toEqual(train(2, 0));
    expect(decide([...two, resting(2, 0.3), fresh(3)], rules)).toEqual(train(1, 1));
  });

  it('looks at the highest rungs first', () => {
    const upper = [resting(0, 0.1, 0.5), resting(1, 0.1, 0.6), resting(2, 0.1, 0.4)];
    const lower = [3, 4, 5, 6, 7, 8].map((trial) => resting(trial, 0.9));
    expect(decide([...upper, ...lower], rules)).toEqual(train(1, 2));
  });

  it('sends nobody on twice: a result that comes late may do so besides', () => {
    const first: RungScores = { ...resting(0, 0.5), rung: 1, scores: [0.5, 0.7] };
    const others = [resting(1, 0.4), resting(2, 0.3)];
    expect(decide([first, ...others, fresh(3)], rules)).toEqual(train(3, 0));
    // The best of four is now another one; a third of them is still one trial.
    expect(decide([first, ...others, resting(3, 0.8), fresh(4)], rules)).toEqual(train(3, 1));
  });

  it('tells equals apart by what they have sent, then by their order', () => {
    const cheap = { ...resting(2, 0.5), bytes: 3 };
    expect(decide([resting(0, 0.5), resting(1, 0.5), cheap, fresh(3)], rules)).toEqual(train(2, 1));
    expect(decide([resting(0, 0.5), resting(1, 0.5), resting(2, 0.5), fresh(3)], rules)).toEqual(train(0, 1));
  });

  it('counts what failed and what has no accuracy among the worst', () => {
    const failed: RungScores = { ...resting(0), state: 'failed', rung: 0, scores: [NaN] };
    expect(decide([failed, resting(1, NaN), resting(2, 0.1), fresh(3)], rules)).toEqual(train(2, 1));
    expect(decide([resting(0, NaN)], rules)).toEqual({ kind: 'end' });
  });

  it('waits for those under way once all have begun, and lets the best of a last few go on', () => {
    const busy: RungScores = { ...resting(2), state: 'busy', rung: null };
    const two = [resting(0, 0.2), resting(1, 0.4)];
    expect(decide([...two, busy], rules)).toEqual({ kind: 'wait' });
    expect(decide(two, rules)).toEqual(train(1, 1));
    expect(decide([two[0], resting(1, 0.4, 0.5)], rules)).toEqual(train(1, 2));
    expect(decide([two[0], { ...resting(1, 0.4, 0.5, 0.6), state: 'over' }], rules)).toEqual({ kind: 'end' });
  });

  it('begins with what begins lowest, and compares a trial first at the rung it begins at', () => {
    expect(decide([fresh(0, 1), fresh(1, 0)], rules)).toEqual(train(1, 0));
    const late: RungScores = { ...resting(0, NaN, 0.3), entry: 1 };
    const lower = [resting(1, 0.9), resting(2, 0.8), resting(3, 0.7)];
    expect(decide([late, ...lower], rules)).toEqual(train(1, 1));
    // Of two at the upper rung the third there decides.
    const upper = [late, { ...resting(4, 0.1, 0.2), entry: 0 }, { ...resting(5, 0.1, 0.1), entry: 0 }];
    expect(decide(upper, rules)).toEqual(train(0, 2));
  });
});
