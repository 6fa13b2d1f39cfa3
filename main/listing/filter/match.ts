import type { RunSummary } from '../../api/runs.ts';
import type { Cell, Span } from '../cells.ts';
import { cellsOf, type RunColumn } from '../columns.ts';
import { launchText } from '../when.ts';

/** Whether runs fit a part of a filter. */
export type Match = (run: RunSummary) => boolean;

/** What a value has to be: as typed, or the absence of one. */
export type Wanted = Span | string | boolean | null;

export const orders = ['<', '<=', '>', '>='] as const;
export type Order = (typeof orders)[number];

export function isOrder(sign: string): sign is Order {
  return (orders as readonly string[]).includes(sign);
}

/** Runs of which one value of the column equals one of those wanted. */
export function equalsOne(column: RunColumn, wanted: readonly Wanted[]): Match {
  return (run) => {
    const cells = cellsOf(column, run);
    return wanted.some((each) => (each === null && cells.length === 0) || cells.some((cell) => equals(cell, each)));
  };
}

function equals(cell: Cell, wanted: Wanted): boolean {
  if (typeof wanted === 'string') return typeof cell === 'string' && cell.toLowerCase() === wanted.toLowerCase();
  if (wanted === null || typeof wanted === 'boolean') return cell === wanted;
  return typeof cell === 'number' && cell >= wanted.low && cell <= wanted.high;
}

/** Runs of which one value lies on this side of the one that is given. */
export function liesOn(column: RunColumn, order: Order, { low, high }: Span): Match {
  const fits: Readonly<Record<Order, (cell: number) => boolean>> = {
    '<': (cell) => cell < low,
    '<=': (cell) => cell <= high,
    '>': (cell) => cell > high,
    '>=': (cell) => cell >= low,
  };
  return (run) => cellsOf(column, run).some((cell) => typeof cell === 'number' && fits[order](cell));
}

/** Runs that have the text in this column; of a list, such as tags, one has to be all of it. */
export function has(column: RunColumn, text: string): Match {
  const wanted = text.toLowerCase();
  return (run) => {
    const cells = column.value(run);
    if (Array.isArray(cells)) return cells.some((cell) => String(cell).toLowerCase() === wanted);
    return typeof cells === 'string' && (cells.toLowerCase().includes(wanted) || shown(column, run).includes(wanted));
  };
}

function shown({ text }: RunColumn, run: RunSummary): string {
  return text ? text(run).toLowerCase() : '';
}

export function fitsPattern(column: RunColumn, pattern: RegExp): Match {
  return (run) => cellsOf(column, run).some((cell) => typeof cell === 'string' && pattern.test(cell));
}

const texts = new WeakMap<RunSummary, string>();

/** Runs that have the words somewhere in what they are found by. */
export function hasWords(words: string): Match {
  const wanted = words.toLowerCase();
  return (run) => {
    const text = texts.get(run) ?? textOf(run);
    texts.set(run, text);
    return text.includes(wanted);
  };
}

function textOf({ name, number, group, model, dataset, method, status, tags }: RunSummary): string {
  return [name, `#${number}`, launchText(group), model, dataset, method, status, ...tags].join(' ').toLowerCase();
}
