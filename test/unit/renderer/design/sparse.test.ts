import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences } from '../../../../renderer/pages/design/differences.ts';
import { same, sparse, valueAt, withoutValue, withValue } from '../../../../renderer/pages/design/sparse.ts';

const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }).map((keys) => keys.join('.'));
const draft = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(fc.integer(), fc.constant(null), fc.dictionary(fc.constantFrom('a', 'b'), fc.integer(), { minKeys: 1 })),
);

describe('a sparse draft', () => {
  it('holds what was set, and elsewhere what it held', () => {
    fc.assert(
      fc.property(draft, path, fc.integer(), (before, at, value) => {
        const after = withValue(before, at, value);
        expect(valueAt(after, at)).toBe(value);
        for (const key of ['a', 'b', 'c']) {
          if (!at.startsWith(key)) expect(valueAt(after, key)).toBe(valueAt(before, key));
        }
      }),
    );
  });

  it('forgets what is taken out, with the parts that are empty then', () => {
    fc.assert(
      fc.property(path, fc.integer(), (at, value) => {
        expect(withoutValue(withValue({}, at, value), at)).toEqual({});
      }),
    );
    expect(withoutValue({ split: { layer: 5, module: { resolution: 2 } } }, 'split.module.resolution')).toEqual({
      split: { layer: 5 },
    });
    expect(withoutValue({ name: 'x' }, 'split.layer')).toEqual({ name: 'x' });
  });

  it('reaches into lists, and lets null give way', () => {
    expect(withValue({ phases: [{ budget: 4 }, { budget: 8 }] }, 'phases.1.budget', 'full')).toEqual({
      phases: [{ budget: 4 }, { budget: 'full' }],
    });
    expect(withValue({ split: { module: null } }, 'split.module.features', 2)).toEqual({
      split: { module: { features: 2 } },
    });
  });

  it('says what a whole says beyond the defaults', () => {
    const defaults = { a: 1, b: { c: [1, 2], d: 3 }, e: null };
    expect(sparse(structuredClone(defaults), defaults)).toEqual({});
    expect(sparse({ a: 1, b: { c: [1], d: 3 }, e: { f: 1 } }, defaults)).toEqual({ b: { c: [1] }, e: { f: 1 } });
  });

  it('compares by content', () => {
    expect(same({ a: [1, { b: null }], c: undefined }, { a: [1, { b: null }] })).toBe(true);
    expect(same({ a: [1] }, { a: [1, 2] })).toBe(false);
    expect(same(null, {})).toBe(false);
  });
});

describe('differences', () => {
  it('lists fields, with lists and links as one', () => {
    const before = { method: 'deprune', split: { layer: 5, module: { r: 1 } }, phases: [{ epochs: 1 }], link: null };
    const now = { method: 'deprune', split: { layer: 6, module: null }, phases: [{ epochs: 2 }], link: { up: 1 } };
    expect(differences(before, now).map(({ path: at }) => at)).toEqual([
      'split.layer',
      'split.module',
      'phases',
      'link',
    ]);
    expect(differences(before, before)).toEqual([]);
  });

  it('finds fields that only one side has', () => {
    expect(differences({ threads: 2 }, {})).toEqual([{ path: 'threads', before: 2, now: undefined }]);
  });
});
