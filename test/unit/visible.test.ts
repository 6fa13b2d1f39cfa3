import { expect, it } from 'vitest';
import { visible, visibleLine } from '../../main/visible.ts';

it('what acts on a terminal is written out, and all other text is left alone', () => {
  const clear = '\u001b[2J\u001b]0;title\u0007';
  expect(visible(clear)).toBe('\\u001b[2J\\u001b]0;title\\u0007');
  expect(visible('a\u009b31mb\u007f\r')).toBe('a\\u009b31mb\\u007f\\u000d');
  expect(visible('evil\u202egnp.exe \u2066x\u2069 \u200f \u061c')).toBe(
    'evil\\u202egnp.exe \\u2066x\\u2069 \\u200f \\u061c',
  );
  expect(visible('\ud800 lone')).toBe('\\ud800 lone');
  const text = 'plain · Zürich – 猫 🐈 é\n\tnext';
  expect(visible(text)).toBe(text);
  expect(visibleLine('two\nlines\tand more')).toBe('two\\nlines\\tand more');
  expect(visible(visible(clear))).toBe(visible(clear));
});
