import { describe, expect, it } from 'vitest';
import { changesOf } from '../../../../renderer/charts/changes.ts';

const line = (id: string, ...values: number[]) => ({ id, type: 'line', data: Float64Array.from(values) });
const option = (...series: object[]) => ({ xAxis: { type: 'value', max: 4 }, title: { text: 'a' }, series });

describe('what ECharts is told of a new option', () => {
  it('is all of the first', () => {
    const first = option(line('a', 0, 1));
    expect(changesOf(null, first)).toEqual({ option: first, replaceMerge: ['series', 'xAxis'] });
  });

  it('is nothing of an equal one, however new', () => {
    expect(changesOf(option(line('a', 0, 1, NaN)), option(line('a', 0, 1, NaN)))).toBeNull();
  });

  it('is the series that grew, and no other', () => {
    const changes = changesOf(option(line('a', 0, 1), line('b', 0, 1)), option(line('a', 0, 1), line('b', 0, 1, 2)));
    expect(changes).toEqual({ option: { series: [line('b', 0, 1, 2)] }, replaceMerge: [] });
  });

  it('is all series where one came or went', () => {
    const both = option(line('a', 0, 1), line('b', 0, 1));
    expect(changesOf(both, option(line('b', 0, 1)))).toEqual({
      option: { series: [line('b', 0, 1)] },
      replaceMerge: ['series'],
    });
  });

  it('is an axis that lost a bound, in place of the one before', () => {
    const series = [line('a', 0, 1)];
    const changes = changesOf(option(...series), { ...option(...series), xAxis: { type: 'value' } });
    expect(changes).toEqual({ option: { xAxis: { type: 'value' } }, replaceMerge: ['xAxis'] });
  });

  it('is what is drawn by another function', () => {
    const series = (): object => ({ id: 'band', renderItem: () => null });
    const now = series();
    expect(changesOf(option(series()), option(now))).toEqual({ option: { series: [now] }, replaceMerge: [] });
  });
});
