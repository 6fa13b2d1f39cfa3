import type { Claim } from '../../charts/comparison/claims.ts';
import type { Table } from '../tables/comparison-table.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

export function noteLine(text: string): string {
  return `<p class="note">${escape(text)}</p>`;
}

export function claimHtml({ before, figure, after }: Claim): string {
  return `<p>${escape(before)}<strong>${escape(figure)}</strong>${escape(after)}</p>`;
}

export function tableHtml({ columns, rows }: Table): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string => {
    const cell = (text: string, i: number): string =>
      `<${tag}${columns[i].align === 'left' ? ' class="left"' : ''}>${escape(text)}</${tag}>`;
    return `<tr>${row.map(cell).join('')}</tr>`;
  };
  const head = cells(
    'th',
    columns.map(({ title }) => title),
  );
  const body = rows.map((row) => cells('td', row)).join('\n');
  return `<div class="wide"><table>\n<thead>${head}</thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}
