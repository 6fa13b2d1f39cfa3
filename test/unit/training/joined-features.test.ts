import { describe, expect, it } from 'vitest';
import type { Features, Selection } from '../../../main/offload/protocol/messages.ts';
import {
  columnsOf,
  joinFeatures,
  places,
  samplesOf,
  scatterFeatures,
  unionOfMaps,
} from '../../../main/training/joined-features.ts';

/** Of maps of 1 × 2 values, of which there are five. */
function features(samples: number, first: number, selection: Selection | null): Features {
  const kept = selection?.kept.length ?? 5;
  const maps = Float32Array.from({ length: samples * 2 * kept }, (_, i) => first + i);
  return { maps, shape: [samples, 1, 2], total: 5, selection };
}

const selected = (kept: number[], ...mask: number[]): Selection => ({ kept, mask: Float32Array.from(mask) });

describe('features of several requests', () => {
  it('are those of the only one', () => {
    const only = features(2, 1, selected([0, 3], 0.5, 0.25));
    expect(joinFeatures([only])).toBe(only);
  });

  it('follow one another where all keep the same maps with the same mask', () => {
    const selection = selected([1, 4], 0.5, 0.25);
    const joined = joinFeatures([features(1, 1, selection), features(2, 11, selected([1, 4], 0.5, 0.25))]);
    expect(joined).toEqual({
      maps: Float32Array.of(1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 17, 18),
      shape: [3, 1, 2],
      total: 5,
      selection,
    });
  });

  it('follow one another where all maps cross', () => {
    const joined = joinFeatures([features(1, 0, null), features(1, 10, null)]);
    expect(joined).toMatchObject({ shape: [2, 1, 2], total: 5, selection: null });
    expect(Array.from(joined.maps)).toEqual([...Array(10).keys(), ...Array.from({ length: 10 }, (_, i) => 10 + i)]);
  });

  it.each([
    ['other maps', selected([1, 2], 0.5, 0.25)],
    ['another mask', selected([1, 4], 0.5, 0.75)],
    ['fewer maps', selected([1], 0.5)],
    ['more maps', selected([1, 4, 0], 0.5, 0.25, 1)],
  ])('are masked and scattered where one keeps %s', (_, other) => {
    const joined = joinFeatures([features(1, 1, selected([1, 4], 0.5, 0.25)), features(1, 11, other)]);
    const kept = [...new Set([1, 4, ...other.kept])].sort((a, b) => a - b);
    expect(joined.selection).toEqual({ kept, mask: new Float32Array(kept.length).fill(1) });
    expect(joined.maps).toHaveLength(2 * 2 * kept.length);
  });
});

describe('scattered features', () => {
  it('lie at their maps in the union, multiplied by their mask, and are zero elsewhere', () => {
    const one = features(2, 1, selected([3, 0], 2, 0.5));
    const other = features(1, 11, selected([1], 3));
    expect(scatterFeatures([one, other])).toEqual({
      // Maps 0, 1 and 3 at two places each: of two samples of the one, and a sample of the other.
      maps: Float32Array.of(1, 0, 2, 2, 0, 6, 3, 0, 10, 4, 0, 14, 0, 33, 0, 0, 36, 0),
      shape: [3, 1, 2],
      total: 5,
      selection: { kept: [0, 1, 3], mask: Float32Array.of(1, 1, 1) },
    });
  });

  it('are as they came where all maps cross', () => {
    const whole = features(1, 3, null);
    expect(scatterFeatures([whole])).toEqual(whole);
  });
});

it('samples of requests are counted together, and places of a map by height and width', () => {
  expect(samplesOf([features(2, 0, null), features(3, 0, null)])).toBe(5);
  expect(places({ ...features(2, 0, null), shape: [2, 3, 4] })).toBe(12);
});

it('the union has each map once, in order; and where each request has its own', () => {
  const requests = [features(1, 0, selected([4, 10, 2], 1, 2, 3)), features(1, 0, selected([2, 3], 4, 5))];
  const kept = unionOfMaps(requests);
  expect(kept).toEqual([2, 3, 4, 10]);
  expect(columnsOf(requests[0], kept)).toEqual({ columns: [2, 3, 0], mask: Float32Array.of(1, 2, 3) });
  expect(unionOfMaps([features(1, 0, null)])).toEqual([0, 1, 2, 3, 4]);
  expect(columnsOf(features(1, 0, null), [0, 1, 2, 3, 4])).toEqual({
    columns: [0, 1, 2, 3, 4],
    mask: new Float32Array(5).fill(1),
  });
});
