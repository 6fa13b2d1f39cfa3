import { expect, it } from 'vitest';
import { noteHtml } from '../../main/markdown.ts';

it('makes elements of Markdown, below the headings of a page', () => {
  expect(noteHtml('# Why\n\n- *one*\n- `two`\n\na | b\n--|--\n1 | 2\n')).toBe(
    '<h3>Why</h3><ul><li><em>one</em></li><li><code>two</code></li></ul>' +
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
  );
  expect(noteHtml('```\nx < y\n```')).toBe('<pre><code>x &lt; y\n</code></pre>');
});

it.each([
  ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
  ['<img src=x onerror=alert(1)>', '<p>&lt;img src=x onerror=alert(1)&gt;</p>'],
  ['[a](javascript:alert(1))', '<p>[a](javascript:alert(1))</p>'],
  ['[a](data:text/html,x)', '<p>[a](data:text/html,x)</p>'],
  ['[a](https://x.org/"q)', '<p><a href="https://x.org/%22q" rel="noreferrer">a</a></p>'],
])('runs and loads nothing: %s', (text, html) => {
  expect(noteHtml(text)).toBe(html);
});

it('loads no picture', () => {
  expect(noteHtml('![a](https://x.org/p.png)')).not.toContain('<img');
});
