import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../../main/training/cross-entropy.ts';

describe('cross entropy', () => {
  it('is the mean of −log softmax, and its gradient softmax − one-hot over the batch', () => {
    const { loss, correct, gradient } = crossEntropy(Float32Array.of(0, 0, Math.log(3), 0), [0, 0], 2);
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 6);
    expect(correct).toBe(2);
    expect(Array.from(gradient)).toEqual([-0.25, 0.25, -0.125, 0.125].map((g) => expect.closeTo(g, 6) as number));
  });

  it('has the gradient of its finite differences', () => {
    const step = 1e-2;
    const logits = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 12, maxLength: 12 });
    const labels = fc.array(fc.nat(3), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(logits, labels, (values, classes) => {
        const { gradient } = crossEntropy(Float32Array.from(values), classes, 4);
        gradient.forEach((slope, i) => {
          const at = (by: number): number => {
            const moved = Float32Array.from(values);
            moved[i] += by;
            return crossEntropy(moved, classes, 4).loss;
          };
          expect(slope).toBeCloseTo((at(step) - at(-step)) / (2 * step), 3);
        });
      }),
    );
  });

  it('stays finite for logits whose exponentials are not', () => {
    const { loss, gradient } = crossEntropy(Float32Array.of(1000, -1000, 0), [1], 3);
    expect(loss).toBe(2000);
    expect(Array.from(gradient)).toEqual([1, -1, 0]);
  });

  it('is no number when a logit is none, so that a diverged training shows', () => {
    for (const logit of [NaN, Infinity]) expect(crossEntropy(Float32Array.of(logit, 0), [1], 2).loss).toBeNaN();
  });

  it('takes the first of equal logits for the prediction', () => {
    expect(crossEntropy(Float32Array.of(1, 1), [0], 2).correct).toBe(1);
    expect(crossEntropy(Float32Array.of(1, 1), [1], 2).correct).toBe(0);
  });
});
