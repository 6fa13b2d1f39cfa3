import { describe, expect, it } from 'vitest';
import { random } from '../../../main/random.ts';
import { centredDistances, distanceCorrelation } from '../../../main/training/distance-correlation.ts';

const rowsOf = (values: readonly (readonly number[])[]): Float32Array[] => values.map((row) => Float32Array.from(row));

function noise(n: number, length: number, ...keys: string[]): Float32Array[] {
  const draw = random(7, 'rows', ...keys);
  return Array.from({ length: n }, () => Float32Array.from({ length }, () => draw.normal()));
}

function correlationOf(x: readonly Float32Array[], y: readonly Float32Array[]): number {
  return distanceCorrelation(centredDistances(x), centredDistances(y));
}

describe('the bias-corrected distance correlation', () => {
  it('is what the definition gives for four points on a line', () => {
    // Of 0, 1, 2, 4 the distances are 1 2 4 / 1 3 / 2, their row sums 7 5 5 9, their sum 26: a − (row + column)/2 + 26/6.
    const a = centredDistances(rowsOf([[0], [1], [2], [4]]));
    const third = 26 / 6;
    const upper = [
      [1 - 6 + third, 2 - 6 + third, 4 - 8 + third],
      [1 - 5 + third, 3 - 7 + third],
      [2 - 7 + third],
    ].flat();
    const places = [1, 2, 3, 6, 7, 11];
    expect(places.map((at) => a.values[at])).toEqual(upper.map((value) => expect.closeTo(value, 12) as number));
    // Of 0, 3, 1, 2: distances 3 1 2 / 2 1 / 1, row sums 6 6 4 4, their sum 20.
    const b = centredDistances(rowsOf([[0], [3], [1], [2]]));
    const other = [3 - 6, 1 - 5, 2 - 5, 2 - 5, 1 - 5, 1 - 4].map((value) => value + 20 / 6);
    const sum = (x: readonly number[], y: readonly number[]): number =>
      x.reduce((all, value, i) => all + value * y[i], 0);
    const expected = sum(upper, other) / Math.sqrt(sum(upper, upper) * sum(other, other));
    expect(distanceCorrelation(a, b)).toBeCloseTo(expected, 12);
    expect(distanceCorrelation(a, b)).toBeLessThan(0);
  });

  it('takes all values of a row into its distances', () => {
    // Along each of the eleven values in turn, the four points are those on the line above.
    const line = centredDistances(rowsOf([[0], [1], [2], [4]])).values;
    for (let place = 0; place < 11; place++) {
      const rows = [0, 1, 2, 4].map((value) => new Float32Array(11).fill(3).fill(value, place, place + 1));
      expect([...centredDistances(rows).values]).toEqual([...line]);
    }
    // 3, 4 and 12 apart in three of them are 13.
    const far = [0, 0, 0, 1].map((share) => Float32Array.of(0, 3 * share, 0, 0, 4 * share, 12 * share));
    const single = rowsOf([[0], [0], [0], [13]]);
    expect([...centredDistances(far).values]).toEqual([...centredDistances(single).values]);
  });

  it('centres every row to zero', () => {
    const { n, values } = centredDistances(noise(9, 3, 'centred'));
    for (let i = 0; i < n; i++) {
      expect(values.subarray(i * n, (i + 1) * n).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    }
  });

  it('is 1 for what is the same, turned, shifted and scaled', () => {
    const x = noise(20, 2, 'same');
    const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
    const turned = x.map(([a, b]) => Float32Array.of(5 + 3 * (cos * a - sin * b), 3 * (sin * a + cos * b) - 2));
    expect(correlationOf(x, x)).toBeCloseTo(1, 12);
    expect(correlationOf(x, turned)).toBeCloseTo(1, 5);
  });

  it('is near 0 for what is independent, however many values a row has', () => {
    for (const length of [1, 30, 300]) {
      expect(Math.abs(correlationOf(noise(100, length, 'one'), noise(100, length, 'other')))).toBeLessThan(0.1);
    }
  });

  it('sees what no correlation of values does', () => {
    const x = noise(100, 1, 'line');
    const squared = x.map(([value]) => Float32Array.of(value ** 2));
    expect(correlationOf(x, squared)).toBeGreaterThan(0.1);
  });

  it('is 0 where nothing varies, and refuses fewer than four rows', () => {
    const x = noise(6, 2, 'constant');
    const constant = x.map(() => Float32Array.of(1, 1));
    expect(correlationOf(x, constant)).toBe(0);
    expect(() => centredDistances(x.slice(0, 3))).toThrow('4');
  });
});
