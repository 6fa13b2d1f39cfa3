import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  amount,
  budgets,
  count,
  fingerprint,
  imageShape,
  name,
  number,
  port,
  range,
  share,
  source,
  wholeNumber,
  seeds,
  within,
} from '../../../main/cli/arguments.ts';

describe('arguments', () => {
  it('are read as people write them', () => {
    expect([count('1'), within([0.25, 2], number)('0.25'), within([1, 8], wholeNumber)('8')]).toEqual([1, 0.25, 8]);
    expect([wholeNumber('12'), number('0.5'), share('0.7'), share('70%')]).toEqual([12, 0.5, 0.7, 0.7]);
    expect(seeds('1, 2,3')).toEqual([1, 2, 3]);
    expect(seeds('1-3, 7..9')).toEqual([1, 2, 3, 7, 8, 9]);
    expect(imageShape('32x32x3')).toEqual([32, 32, 3]);
    expect([range('2..5'), range('-1.5..1e3')]).toEqual([
      [2, 5],
      [-1.5, 1000],
    ]);
    expect([source('1'), source('each')]).toEqual([0, 'each']);
    expect(budgets('4,16,full')).toEqual([4, 16]);
    expect([amount('0'), amount('1.5'), port('65535')]).toEqual([0, 1.5, 65535]);
    expect(name('half width, Größe 2')).toBe('half width, Größe 2');
    for (const text of ['ab'.repeat(32), 'AB:'.repeat(31) + 'CD']) expect(fingerprint(text)).toBe(text);
  });

  it.each([
    [wholeNumber, ['', '-1', '1.5', '1e3', 'one']],
    [count, ['0', '-1', '1.5', 'one']],
    [within([0.25, 2], number), ['0.24', '2.01', '1e308', 'one']],
    [within([1, 8], wholeNumber), ['0', '9', '1.5']],
    [number, ['', ' ', 'one', 'Infinity']],
    [amount, ['-1', 'one']],
    [port, ['65536', '-1', 'http']],
    [fingerprint, ['', 'ab', 'zz'.repeat(32), 'ab'.repeat(33)]],
    [name, ['', '   ', 'two\nlines', 'red\u001b[31m', 'half \ud83d', 'x'.repeat(201)]],
    [seeds, ['', '1,a', '3-1', '-1', '1..99999']],
    [share, ['0', '1.1', '101%', '%']],
    [range, ['2', '5..2', '2..2', '2..', '..5', '2.5', 'a..b']],
    [source, ['0', '-1', 'both']],
    [imageShape, ['32x32', '0x32x3', '32x32x3x1', '32,32,3']],
    [budgets, ['0', 'all', '4;16']],
  ])('%o refuses what it cannot read', (read, texts) => {
    for (const text of texts) expect(() => read(text), text).toThrow(InvalidArgumentError);
  });
});
