import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../../../main/charts/spec.ts';
import { readView, withRuns, writeView } from '../../../../renderer/pages/compare/view.ts';

describe('the address of a comparison', () => {
  it('says nothing about what is as usual', () => {
    expect(writeView(readView({ runs: '1-a,2-b' }))).toEqual({ runs: '1-a,2-b' });
    expect(writeView(readView({}))).toEqual({});
  });

  it('brings back every view', () => {
    const id = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const unique = (of: fc.Arbitrary<string>): fc.Arbitrary<string[]> => fc.uniqueArray(of, { maxLength: 4 });
    const views = fc.record({
      runs: unique(id),
      x: fc.constantFrom('epoch', 'step', 'time', 'bytes'),
      smoothing: fc.constantFrom(0, 0.5, 0.9, 0.99),
      logX: fc.boolean(),
      together: fc.boolean(),
      inTurn: fc.boolean(),
      charts: fc.subarray([...metrics], { minLength: 1 }),
      hidden: unique(id.map((run) => `${run}/0`)),
      baseline: fc.option(id.map((run) => `${run}/1`)),
      bytes: fc.option(fc.constantFrom(0, 6_820_000, 1.5e12)),
      reach: fc.option(fc.constantFrom(0, 0.275, 1)),
    });
    fc.assert(
      fc.property(views, (view) => {
        expect(readView(writeView(view as never))).toEqual(view);
      }),
    );
  });

  it('that makes no sense is taken as usual', () => {
    const usual = readView({});
    const odd = { x: 'moon', smooth: '7', bytes: '-1', reach: 'much', charts: 'nothing', runs: ['a', 'b'], log: 'y' };
    expect(readView(odd)).toEqual(usual);
  });
});

it('runs that stay keep their places, and what is gone is not remembered', () => {
  const view = readView({ runs: 'a,b,c', hide: 'a/0,b/0', base: 'a/0', bytes: '1000' });
  expect(withRuns(view, ['d', 'c', 'b'])).toMatchObject({
    runs: ['b', 'c', 'd'],
    hidden: ['b/0'],
    baseline: null,
    bytes: 1000,
  });
});
