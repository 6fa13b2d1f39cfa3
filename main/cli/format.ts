import type { Table } from '../exports/tables/comparison-table.ts';
import { visible, visibleLine } from '../visible.ts';

const gap = '  ';

/**
 * A table as lines of text, its columns padded to the same width. Dispensable ones are left out, the first ones first,
 * until the rest fits the room.
 */
export function tableLines(table: Table, room = process.stdout.columns ?? Infinity): string[] {
  const { columns } = table;
  const rows = table.rows.map((row) => row.map(visibleLine));
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, i) => Math.max(...[titles, ...rows].map((row) => row[i].length)));
  let width = widths.reduce((sum, each) => sum + each + gap.length, -gap.length);
  const shown = columns.map(({ dispensable }, i) => {
    if (!dispensable || width <= room) return true;
    width -= widths[i] + gap.length;
    return false;
  });
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (columns[i].align === 'left' ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .filter((_, i) => shown[i])
      .join(gap)
      .trimEnd();
  return [titles, ...rows].map(line);
}

/** A table whose columns all stand left; what a line has too much for the room is cut off. */
export function listLines(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const room = process.stdout.columns ?? Infinity;
  const lines = tableLines({ columns: titles.map((title) => ({ title, align: 'left' })), rows }, room);
  return lines.map((line) => shorten(line, room));
}

/** Names and values under one another. */
export function factLines(facts: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  // A value of several lines, as notes are, stands beside its name and cannot pass for another fact.
  const beside = (value: string): string => value.replaceAll('\n', `\n${' '.repeat(width + 2)}`);
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${beside(value)}`.trimEnd());
}

/** `2026-10-20 14:03`, in local time. */
export function formatDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Cuts a text to so many characters. */
export function shorten(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}

/** Breaks a text into lines of at most 80 characters, or fewer on a narrow terminal. */
export function wrap(text: string): string[] {
  const width = Math.min(80, process.stdout.columns ?? 80);
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** To the terminal, like `note` the only way there: names and messages may come from elsewhere. */
export function print(lines: string | readonly string[]): void {
  process.stdout.write(`${visible([lines].flat().join('\n'))}\n`);
}

/** For what is not the result itself: errors, advice, questions. */
export function note(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** Items one after the other behind what they are, on lines of at most 120 characters. */
export function listed(what: string, items: readonly string[]): string {
  const lines = [''];
  for (const [i, item] of items.entries()) {
    const word = i < items.length - 1 ? `${item},` : item;
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= 110) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, i) => `  ${(i === 0 ? what : '').padEnd(8)}${line}`).join('\n');
}
