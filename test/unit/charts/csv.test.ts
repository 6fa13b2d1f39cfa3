import { describe, expect, it } from 'vitest';
import { csvCell } from '../../../main/charts/csv.ts';

describe('a cell of CSV', () => {
  it('is quoted where it has to be', () => {
    expect(['a,b', 'a"b', 'a\nb', 'a\rb', 'a b'].map((text) => csvCell(text))).toEqual([
      '"a,b"',
      '"a""b"',
      '"a\nb"',
      '"a\rb"',
      'a b',
    ]);
  });

  it('is no formula to a spreadsheet, unless names are to be as they are', () => {
    for (const text of ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', ' =1', '＝1', '-']) {
      expect(csvCell(text)).toBe(`'${text}`);
      expect(csvCell(text, false)).toBe(text);
    }
    expect(csvCell('=HYPERLINK("http://x","y")')).toBe(`"'=HYPERLINK(""http://x"",""y"")"`);
    expect(csvCell('\r=1')).toBe('"\'\r=1"');
  });

  it('is a number as it is', () => {
    for (const value of [-1.5, '-1.5', '+2', '1e-9', NaN, -Infinity]) expect(csvCell(value)).toBe(String(value));
  });
});
