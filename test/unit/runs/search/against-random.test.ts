import { describe, expect, it } from 'vitest';
import { random } from '../../../../main/random.ts';
import { decide } from '../../../../main/runs/search/asha.ts';
import { rungsOf } from '../../../../main/runs/search/rungs.ts';
import { searchSchema } from '../../../../main/runs/search/schema.ts';
import {
  progressOfTrials,
  type Goal,
  type TrialEpoch,
  type TrialFacts,
} from '../../../../main/runs/search/trial-progress.ts';

/**
 * Simulated learning curves: points differ in what an epoch sends (a factor of 30), in how good they get and in how fast;
 * epochs are noisy. What is found is compared with random search that trains each point to its end and sends as much.
 */
const epochsOfPoint = 20;

interface Curve {
  readonly planned: readonly number[];
  readonly epochs: readonly TrialEpoch[];
}

function curve(seed: number, point: number): Curve {
  const source = random(seed, 'curve', point);
  const each = Math.round(1000 * 30 ** source.uniform());
  const best = 0.3 + 0.6 * source.uniform() ** 2;
  const pace = 2 + 6 * source.uniform();
  const planned = Array.from({ length: epochsOfPoint }, (_, i) => (i + 1) * each);
  const epochs = planned.map((bytes, i) => {
    const accuracy = 0.1 + (best - 0.1) * (1 - Math.exp(-(i + 1) / pace)) + 0.01 * source.normal();
    return { bytes, accuracy, testAccuracy: accuracy };
  });
  return { planned, epochs };
}

const trials = 30;

function goalOf(given: object, curves: readonly Curve[]): { goal: Goal; reduction: number } {
  const search = searchSchema.parse({ settings: { lr: [1] }, trials, ...given });
  const rungs = rungsOf(
    search,
    curves.map(({ planned }) => planned),
  );
  const goal = { unit: search.rungs.unit, rungs, floor: search.floor ?? null, maxBytes: search.maxBytes ?? Infinity };
  return { goal, reduction: search.rungs.reduction };
}

/** What a search has trained once it ends, with so many workers that are done in the order they began. */
function searched(curves: readonly Curve[], given: object, workers = 1): TrialFacts[] {
  const { goal, reduction } = goalOf(given, curves);
  const facts: TrialFacts[] = curves.map(({ planned }) => ({ planned, epochs: [], asked: null, life: 'waiting' }));
  const busy: number[] = [];
  for (;;) {
    const decision = decide(progressOfTrials(facts, goal), { rungs: goal.rungs.length, reduction });
    if (decision.kind === 'train' && busy.length < workers) {
      facts[decision.trial] = { ...facts[decision.trial], asked: decision.rung };
      busy.push(decision.trial);
      continue;
    }
    const done = busy.shift();
    if (done === undefined) return facts;
    const { stopAfter } = progressOfTrials(facts, goal)[done];
    const epochs = curves[done].epochs.slice(0, Math.max(stopAfter, facts[done].epochs.length));
    facts[done] = { ...facts[done], epochs, life: epochs.length === epochsOfPoint ? 'finished' : 'waiting' };
  }
}

const sent = (facts: readonly Pick<TrialFacts, 'epochs'>[]): number =>
  facts.reduce((sum, { epochs }) => sum + (epochs.at(-1)?.bytes ?? 0), 0);

/** Each point to its end, or until it is as good as the floor, while there are bytes left. */
function randomly(curves: readonly Curve[], bytes: number, ends: (epochs: readonly TrialEpoch[]) => number): Curve[] {
  let left = bytes;
  return curves.map(({ planned, epochs }) => {
    const until = epochs.slice(0, ends(epochs)).filter((epoch) => epoch.bytes <= left);
    left -= until.at(-1)?.bytes ?? 0;
    return { planned, epochs: until };
  });
}

const bestOf = (all: readonly Pick<Curve, 'epochs'>[]): number =>
  Math.max(...all.flatMap(({ epochs }) => epochs.map(({ accuracy }) => accuracy)));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const seeds = Array.from({ length: 8 }, (_, i) => i + 1);
const curvesOf = (seed: number): Curve[] => Array.from({ length: trials }, (_, point) => curve(seed, point));

describe('a search, beside random search that sends as many bytes', () => {
  it.each([1, 4])('finds a better accuracy within a cap, with %i at a time', (workers) => {
    const maxBytes = 100_000;
    const gains = seeds.map((seed) => {
      const curves = curvesOf(seed);
      const found = searched(curves, { maxBytes }, workers);
      const within = (epochs: readonly TrialEpoch[]): number => epochs.filter(({ bytes }) => bytes <= maxBytes).length;
      return bestOf(found) - bestOf(randomly(curves, sent(found), within));
    });
    expect(mean(gains)).toBeGreaterThan(0.05);
    expect(gains.filter((gain) => gain >= 0).length).toBeGreaterThanOrEqual(7);
  });

  it.each([1, 4])('finds fewer bytes for a floor, with %i at a time', (workers) => {
    const floor = 0.7;
    const least = (all: readonly Pick<Curve, 'epochs'>[]): number =>
      Math.min(
        ...all.flatMap(({ epochs }) => epochs.find(({ accuracy }) => accuracy >= floor)?.bytes ?? []),
        30_000 * epochsOfPoint,
      );
    const factors = seeds.map((seed) => {
      const curves = curvesOf(seed);
      const found = searched(curves, { floor }, workers);
      const until = (epochs: readonly TrialEpoch[]): number =>
        epochs.findIndex(({ accuracy }) => accuracy >= floor) + 1 || epochs.length;
      return Math.log(least(randomly(curves, sent(found), until)) / least(found));
    });
    // The geometric mean: random search needs twice as many or more.
    expect(Math.exp(mean(factors))).toBeGreaterThan(2);
    expect(factors.filter((factor) => factor >= 0).length).toBeGreaterThanOrEqual(7);
  });

  it('never trains an epoch that would exceed the cap, and ends', () => {
    const found = searched(curvesOf(3), { maxBytes: 50_000, rungs: { unit: 'epochs' } });
    expect(Math.max(...found.flatMap(({ epochs }) => epochs.at(-1)?.bytes ?? []))).toBeLessThanOrEqual(50_000);
  });
});
