import { expect, it } from 'vitest';
import { parseJson } from '../../main/json.ts';

it('a field that stands twice in an object is named with its path, wherever quotes and brackets stand in texts', () => {
  const texts = {
    '{"a": 1, "b": {"c": 1, "c": 2}}': 'b.c',
    '{"a": [{"x": 1}, {"x": 1, "y": "}", "x": 2}]}': 'a.1.x',
    '{"a\\"b": 1, "a\\u0022b": 2}': 'a"b',
    '{"a": "\\\\", "a": 2}': 'a',
  };
  for (const [text, path] of Object.entries(texts)) {
    expect(() => parseJson(text), text).toThrow(expect.objectContaining({ code: 'bad-file', path }));
  }
  const fine = '{"a": {"x": "\\",\\"a\\":"}, "b": {"x": [{"x": ":"}, {"x": "{"}]}}';
  expect(parseJson(fine)).toEqual(JSON.parse(fine));
});

it('texts of any length are read', () => {
  const long = { notes: 'n"\\'.repeat(5_000_000), name: 'x' };
  expect(parseJson(JSON.stringify(long))).toEqual(long);
});
