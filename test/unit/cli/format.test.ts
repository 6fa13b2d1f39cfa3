import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableLines, wrap } from '../../../main/cli/format.ts';
import { formatBudget, formatBytes, formatDuration, formatPercent } from '../../../main/charts/formats.ts';

const table = {
  columns: [
    { title: 'run', align: 'left' as const },
    { title: 'up', align: 'right' as const, dispensable: true },
    { title: 'total', align: 'right' as const },
    { title: 'speed', align: 'right' as const, dispensable: true },
  ],
  rows: [
    ['deprune', '1', '3', '80'],
    ['full', '100', '300', '9'],
  ],
};

describe('a table on the terminal', () => {
  it('has columns of one width', () => {
    expect(tableLines(table, Infinity)).toEqual([
      'run       up  total  speed',
      'deprune    1      3     80',
      'full     100    300      9',
    ]);
  });

  it('gives up what is dispensable, and no more than it must', () => {
    expect(tableLines(table, 26)[0]).toBe('run       up  total  speed');
    expect(tableLines(table, 25)[0]).toBe('run      total  speed');
    expect(tableLines(table, 20)[0]).toBe('run      total');
    expect(tableLines(table, 5)[0]).toBe('run      total');
  });
});

describe('quantities', () => {
  it('have three digits and a unit', () => {
    expect([0, 999, 1000, 999_499, 999_500, 12_345_678, 5e15].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '999 kB',
      '1.00 MB',
      '12.3 MB',
      '5000 TB',
    ]);
    expect([0, 59.6, 3599, 3661, Infinity].map(formatDuration)).toEqual(['0:00', '1:00', '59:59', '1:01:01', '–']);
    expect([0.5678, NaN].map(formatPercent)).toEqual(['56.8 %', '–']);
    expect([null, 1, 4].map(formatBudget)).toEqual(['full', '1 map', '4 maps']);
  });

  it('of bytes never grow a fourth digit below the largest unit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (bytes) => {
        expect(formatBytes(bytes)).toMatch(/^(\d{1,3} B|\d\.\d\d [kMG]B|\d\d\.\d [kMG]B|\d{3} [kMG]B)$/);
      }),
    );
  });
});

describe('wrapped text', () => {
  it('keeps its words and their order', () => {
    const text = 'a gate decides which feature maps cross the network '.repeat(4).trim();
    const lines = wrap(text);
    expect(lines.join(' ')).toBe(text);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
