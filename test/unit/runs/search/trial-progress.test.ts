import { describe, expect, it } from 'vitest';
import { rungsOf } from '../../../../main/runs/search/rungs.ts';
import { searchSchema } from '../../../../main/runs/search/schema.ts';
import { progressOfTrials, type Goal, type TrialFacts } from '../../../../main/runs/search/trial-progress.ts';

const within: Goal = { unit: 'bytes', rungs: [100, 300, Infinity], floor: null, maxBytes: 700 };
const floor: Goal = { unit: 'bytes', rungs: [100, 300, Infinity], floor: 0.6, maxBytes: Infinity };

/** A trial of so many bytes an epoch, with the accuracies of the epochs it has had. */
function facts(each: number, accuracies: number[], more: Partial<TrialFacts> = {}): TrialFacts {
  const planned = Array.from({ length: 10 }, (_, i) => (i + 1) * each);
  const epochs = accuracies.map((accuracy, i) => ({ bytes: planned[i], accuracy, testAccuracy: accuracy }));
  return { planned, epochs, asked: 0, life: 'waiting', ...more };
}

const progress = (trial: TrialFacts, goal = within): ReturnType<typeof progressOfTrials>[number] =>
  progressOfTrials([trial], goal)[0];

describe('where a trial stands', () => {
  it('stops before it sends more than its rung', () => {
    expect(progress(facts(40, []))).toMatchObject({ state: 'busy', entry: 0, rung: null, stopAfter: 2 });
    const there = progress(facts(40, [0.2, 0.3]));
    expect(there).toMatchObject({ state: 'resting', rung: 0, bytes: 80 });
    expect(there.scores[0]).toBe(0.3);
  });

  it('begins at the first rung that holds an epoch', () => {
    expect(progress(facts(150, [], { asked: null }))).toMatchObject({ state: 'new', entry: 1, rung: null });
    expect(progress(facts(400, [], { asked: 2 }))).toMatchObject({ entry: 2, stopAfter: 1 });
  });

  it('is compared by the best it had within a rung, and within the cap', () => {
    const { scores, state, rung } = progress(facts(100, [0.2, 0.5, 0.4, 0.3, 0.6, 0.3, 0.9], { asked: 2 }));
    expect(scores).toEqual([0.2, 0.5, 0.9]);
    expect([state, rung]).toEqual(['over', 2]);
    const beyond = progress(facts(100, [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.9], { asked: 2 }));
    expect(beyond.scores[2]).toBe(0.2);
  });

  it('passes rungs that hold no more of its epochs, and all of them once it is finished', () => {
    const coarse: Goal = { ...within, rungs: [100, 110, 300, Infinity] };
    expect(progress(facts(60, [0.2]), coarse)).toMatchObject({ state: 'resting', rung: 1 });
    expect(progress(facts(60, [0.2], { life: 'finished' }), coarse)).toMatchObject({ state: 'over', rung: 3 });
  });

  it('goes by what it really sends where that is less than planned', () => {
    const half = facts(40, []);
    const epochs = [20, 40].map((bytes) => ({ bytes, accuracy: 0.3, testAccuracy: 0.3 }));
    expect(progress({ ...half, epochs })).toMatchObject({ state: 'busy', stopAfter: 5 });
  });

  it('is over once it is as good as the floor, and so is what could only be dearer', () => {
    const [good, dear, cheap, unbegun] = progressOfTrials(
      [
        facts(50, [0.3, 0.6, 0.9]),
        facts(40, [0.1, 0.2]),
        facts(20, [0.1, 0.2, 0.3, 0.3]),
        facts(100, [], { asked: null }),
      ],
      floor,
    );
    expect(good).toMatchObject({ state: 'over', reachedBytes: 100 });
    expect(dear).toMatchObject({ state: 'over', reachedBytes: null });
    // A fifth epoch would send 100, as the good one has: not fewer.
    expect(cheap).toMatchObject({ state: 'over', stopAfter: 4 });
    expect(unbegun).toMatchObject({ state: 'over', rung: null });
  });

  it('keeps a failure at the rung it was sent to, without a score', () => {
    const failed = progress(facts(40, [0.9, 0.9], { asked: 1, life: 'failed' }));
    expect(failed).toMatchObject({ state: 'failed', rung: 1 });
    expect(failed.scores).toEqual([0.9, NaN, NaN]);
  });

  it('counts epochs where rungs are of these, within the cap all the same', () => {
    const epochs: Goal = { unit: 'epochs', rungs: [1, 3, Infinity], floor: null, maxBytes: 250 };
    expect(progress(facts(100, [0.1, 0.2], { asked: 1 }), epochs)).toMatchObject({ state: 'over', rung: 2 });
    expect(progress(facts(10, [0.1, 0.2], { asked: 1 }), epochs)).toMatchObject({ state: 'busy', stopAfter: 3 });
  });
});

describe('rungs', () => {
  const search = (more: object): Parameters<typeof rungsOf>[0] =>
    searchSchema.parse({ settings: { lr: [1] }, ...more });

  it('begin at a share of the cheapest point and go up to the dearest', () => {
    const plans = [
      [50, 900],
      [13_500, 27_000],
    ];
    expect(rungsOf(search({ floor: 0.5, rungs: { count: 3 } }), plans)).toEqual([100, 300, 900, 2700, 8100, Infinity]);
    expect(rungsOf(search({ maxBytes: 900, rungs: { count: 3 } }), plans)).toEqual([100, 300, Infinity]);
    const ten = [Array.from({ length: 10 }, (_, i) => i)];
    expect(rungsOf(search({ maxBytes: 900, rungs: { unit: 'epochs', count: 4 } }), ten)).toEqual([1, 3, Infinity]);
    // No lower than the first epoch of all.
    expect(rungsOf(search({ maxBytes: 900, rungs: { count: 3 } }), [[200, 400, 900]])).toEqual([200, Infinity]);
    expect(rungsOf(search({ floor: 0.5, rungs: { at: [5, 50] } }), plans)).toEqual([5, 50, Infinity]);
  });
});
