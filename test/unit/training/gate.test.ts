import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../../main/random.ts';
import { maskOf, pruneLoss, type PublishedSettings } from '../../../main/training/gates/published.ts';
import { keepLargest, sigmoid } from '../../../main/training/gates/rank.ts';
import { resetDeprune } from '../../../main/training/methods/deprune.ts';
import { resetPrune } from '../../../main/training/methods/prune.ts';

const settings: PublishedSettings = { delta: 0.1, epsilon: 1000, lambda: 1, mask: 'squared' };
const gates = (min: number, max: number): fc.Arbitrary<Float32Array> =>
  fc.array(fc.double({ min, max, noNaN: true }), { minLength: 1, maxLength: 40 }).map((all) => Float32Array.from(all));

describe('the mask', () => {
  it('is f² in the published code and f in the paper', () => {
    const gate = Float32Array.of(-20, 0, Math.log(3), 20);
    expect(Array.from(maskOf(gate, 'linear'))).toEqual([0, 0.5, 0.75, 1].map((m) => expect.closeTo(m, 6) as number));
    expect(Array.from(maskOf(gate, 'squared'))).toEqual(
      [0, 0.25, 0.5625, 1].map((m) => expect.closeTo(m, 6) as number),
    );
  });

  it('takes gates that float32 cannot tell apart for equal, as PyTorch does', () => {
    const [a, b] = maskOf(Float32Array.of(18, 19), 'squared');
    expect(a).toBe(1);
    expect(b).toBe(1);
  });
});

describe('keepLargest', () => {
  it('keeps the largest, in the order of the maps', () => {
    expect(keepLargest(Float32Array.of(0.1, 0.9, 0.3, 0.8, 0.2), 3, 'cut')).toEqual([1, 2, 3]);
  });

  it('keeps all that equal the last within the budget, or cuts them by their order', () => {
    const mask = Float32Array.of(0.5, 1, 0.5, 0.2, 0.5);
    expect(keepLargest(mask, 2, 'keep')).toEqual([0, 1, 2, 4]);
    expect(keepLargest(mask, 2, 'cut')).toEqual([0, 1]);
  });

  it('never leaves out a map whose mask is larger than one it keeps', () => {
    const few = fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(few, fc.nat(), fc.constantFrom('keep', 'cut'), (values, wanted, ties) => {
        const budget = 1 + (wanted % values.length);
        const kept = keepLargest(Float32Array.from(values), budget, ties);
        const left = values.filter((_, map) => !kept.includes(map));
        const smallest = Math.min(...kept.map((map) => values[map]));
        expect(kept).toEqual(kept.toSorted((a, b) => a - b));
        if (ties === 'cut') expect(kept).toHaveLength(budget);
        else expect(kept.length).toBeGreaterThanOrEqual(budget);
        expect(Math.max(-1, ...left)).toBeLessThanOrEqual(smallest);
        if (ties === 'keep') expect(left).not.toContain(smallest);
      }),
    );
  });
});

describe('pruneLoss', () => {
  it('is equation 1', () => {
    // Σ f² = 1/4 + 9/16, one map over: 0.8125 − 2 = −1.1875.
    const gate = Float32Array.of(0, Math.log(3));
    const { loss } = pruneLoss(gate, 2, { ...settings, lambda: 3 });
    expect(loss).toBeCloseTo(Math.exp(0.1 * -1.1875) + 3 * Math.exp(0.1 * 1.1875), 6);
  });

  it.each(['squared', 'linear'] as const)('has the gradient of its finite differences, mask %s', (mask) => {
    const step = 1e-2;
    fc.assert(
      fc.property(gates(-5, 5), fc.integer({ min: 1, max: 40 }), (gate, budget) => {
        const at = (map: number, by: number): number => {
          const moved = gate.slice();
          moved[map] += by;
          return pruneLoss(moved, budget, { ...settings, mask, lambda: 0.5 }).loss;
        };
        const { gradient } = pruneLoss(gate, budget, { ...settings, mask, lambda: 0.5 });
        gradient.forEach((slope, map) => {
          const difference = (at(map, step) - at(map, -step)) / (2 * step);
          expect(slope / settings.epsilon).toBeCloseTo(difference, 3);
        });
      }),
    );
  });

  it('opens gates below the budget, closes them above and rests at it', () => {
    const open = new Float32Array(4).fill(1);
    const sum = 4 * sigmoid(1) ** 2;
    const slope = (budget: number): number => pruneLoss(open, budget, settings).gradient[0];
    expect(slope(Math.ceil(sum))).toBeLessThan(0);
    expect(slope(Math.floor(sum))).toBeGreaterThan(0);
    expect(slope(sum)).toBeCloseTo(0, 3);
  });
});

describe('the resets', () => {
  const source = () => random(1, 'test');

  it('reopen the gate before a larger budget: small ones start over, the others open fully', () => {
    fc.assert(
      fc.property(gates(-20, 20), (gate) => {
        resetDeprune(gate, source()).forEach((value, map) => {
          if (gate[map] >= Math.fround(0.9)) expect(value).toBe(15);
          else expect(value >= 0 && value < 3).toBe(true);
        });
      }),
    );
  });

  it('narrow the gate before a smaller budget: open ones start over, the others close', () => {
    fc.assert(
      fc.property(gates(-20, 20), (gate) => {
        resetPrune(gate, source()).forEach((value, map) => {
          if (gate[map] > Math.fround(0.1)) expect(value >= 0 && value < 3).toBe(true);
          else expect(value).toBe(-15);
        });
      }),
    );
    expect(Array.from(resetPrune(Float32Array.of(0.4, 0.6), source(), 0.5))[0]).toBe(-15);
  });

  it('are those of the published code', () => {
    const half = { ...source(), uniform: () => 0.5 };
    // 3 · u below 0.9 as float32 has it, else wide open.
    const small = Float32Array.of(-4, 0.4, 0.89, 0.9, 0.91, 2.9, 12);
    expect([...resetDeprune(small, half)]).toEqual([1.5, 1.5, 1.5, 15, 15, 15, 15]);
    // 3 · u above 0.1, else closed.
    const open = Float32Array.of(-4, 0.09, 0.1, 0.11, 0.4, 2.9, 12);
    expect([...resetPrune(open, half)]).toEqual([-15, -15, -15, 1.5, 1.5, 1.5, 1.5]);
  });

  it('draw from the source given', () => {
    const gate = new Float32Array(5);
    expect(resetDeprune(gate, source())).toEqual(resetDeprune(gate, source()));
    expect(new Set(resetDeprune(gate, source())).size).toBe(5);
  });
});
