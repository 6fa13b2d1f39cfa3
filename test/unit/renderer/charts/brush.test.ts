import { describe, expect, it } from 'vitest';
import { brushedRows, rangesOf, stopsOf, stopsWithin } from '../../../../renderer/charts/brush.ts';

const row = (id: string, ...values: number[]) => ({ id, label: id, look: 0, values });
const rows = [row('a', 1, 0.5), row('b', 2, 0.7), row('c', 4, NaN)];

describe('brushing parallel coordinates', () => {
  it('chooses the rows that pass through it on every axis', () => {
    expect(brushedRows(rows, [[[1, 2]], []])).toEqual(new Set(['a', 'b']));
    expect(brushedRows(rows, [[[1, 2]], [[0.6, 1]]])).toEqual(new Set(['b']));
    expect(
      brushedRows(rows, [
        [
          [0, 1],
          [3, 4],
        ],
      ]),
    ).toEqual(new Set(['a', 'c']));
  });

  it('is no choice where it leaves out none, or all', () => {
    expect(brushedRows(rows, [])).toBeNull();
    expect(brushedRows(rows, [[[0, 9]]])).toBeNull();
    expect(brushedRows(rows, [[[7, 9]]])).toBeNull();
  });

  it('begins and ends with values that there are', () => {
    expect(stopsOf(rows, 1)).toEqual([0.5, 0.7]);
    const stops = stopsOf(rows, 0);
    expect(stopsWithin(stops, [])).toEqual([0, 2]);
    expect(stopsWithin(stops, [[1.5, 9]])).toEqual([1, 2]);
    expect(stopsWithin(stops, [[2.1, 2.2]])).toEqual([0, 2]);
  });

  it('holds what it was made from, and no more', () => {
    const stops = [1, 2, 4, 10];
    for (const [first, last] of [
      [0, 0],
      [1, 1],
      [1, 2],
      [3, 3],
      [0, 2],
    ] as const) {
      const ranges = rangesOf(stops, first, last);
      expect(stopsWithin(stops, ranges)).toEqual([first, last]);
      expect(ranges[0][1]).toBeGreaterThan(ranges[0][0]);
    }
    expect(rangesOf(stops, 0, 3)).toEqual([]);
  });
});
