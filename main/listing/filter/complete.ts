import type { RunSummary } from '../../api/runs.ts';
import { isOrdered } from '../cells.ts';
import { briefName, cellsOf, columnNamed, runColumns, writeCell, type RunColumn } from '../columns.ts';
import { parse, signsOf, Unreadable, type Awaited } from './parse.ts';
import { quotedWhereNeeded, tokensOf, type Token } from './tokens.ts';

/** What could stand at a place of a filter that is being typed. */
export interface Completion {
  readonly text: string;
  readonly hint: string;
}

export interface Completions {
  /** The characters it takes the place of. */
  readonly from: number;
  readonly to: number;
  readonly items: readonly Completion[];
}

const mostItems = 60;

/** What could stand where the caret is, the likeliest first; values are those that the runs have. */
export function completionsAt(text: string, caret: number, runs: readonly RunSummary[]): Completions {
  const typed = tokensOf(text).find(({ kind, at, end }) => kind !== 'sign' && at < caret && caret <= end);
  const [from, to] = [typed?.at ?? caret, typed?.end ?? caret];
  const awaited = awaitedAfter(text.slice(0, from));
  const word = typed ? text.slice(typed.at, caret).replace(/^["']/, '').toLowerCase() : '';
  const items = awaited ? possible(awaited, runs).flatMap((each) => fitting(each, word)) : [];
  const starts = ({ names }: Fitting): boolean => names.some((name) => name.toLowerCase().startsWith(word));
  const ranked = [...items.filter(starts), ...items.filter((item) => !starts(item))];
  return { from, to, items: ranked.slice(0, mostItems).map(({ text, hint }) => ({ text, hint })) };
}

/** What may come after the beginning of a filter; null where that is wrong itself. */
function awaitedAfter(text: string): Awaited | null {
  const last = tokensOf(text).at(-1);
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Unreadable) return error.at >= text.length ? error.awaited : null;
    throw error;
  }
  if (!last) return { what: 'condition' };
  const column = last.kind === 'word' && isAlone(text, last) ? columnNamed(last.text) : undefined;
  return column ? { what: 'sign', column } : { what: 'joint' };
}

/** Whether a last word is no value: what stands before it is a filter, too. */
function isAlone(text: string, { at }: Token): boolean {
  try {
    parse(text.slice(0, at));
    return true;
  } catch (error) {
    return error instanceof Unreadable && error.awaited.what === 'condition';
  }
}

interface Fitting extends Completion {
  /** By which it is looked for. */
  readonly names: readonly string[];
}

function possible(awaited: Awaited, runs: readonly RunSummary[]): Fitting[] {
  switch (awaited.what) {
    case 'condition':
      return [...columnItems, wordItem('not', 'what does not fit')];
    case 'joint':
      return [wordItem('and', 'both'), wordItem('or', 'one of both'), ...columnItems];
    case 'sign':
      return signsOf(awaited.column).map((sign) => wordItem(sign, signWords[sign]));
    case 'list':
      return [wordItem('in [', 'one of several'), wordItem('[', 'one of several')];
    case 'value':
      return valueItems(awaited.column, runs);
    case 'after value':
      return [wordItem(',', 'one more'), wordItem(']', 'no more')];
  }
}

function wordItem(text: string, hint: string): Fitting {
  return { text, hint, names: [text] };
}

const signWords: Readonly<Record<string, string>> = {
  '=': 'is',
  '!=': 'is not',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  ':': 'has this text, or this tag',
  '~': 'fits a regular expression',
  '!~': 'does not fit a regular expression',
  in: 'is one of [a, b], or within a..b',
  'not in': 'is none of [a, b]',
};

/** Columns by the name that is shortest to read: settings have long paths. */
const columnItems: readonly Fitting[] = runColumns.map((column) => {
  const { name, aliases = [], label, part, help } = column;
  return {
    text: briefName(column),
    hint: help ?? label,
    names: [...(part === 'setting' ? aliases : [name, ...aliases]), name, ...label.split(' ')],
  };
});

/** Under the name that was begun, where it has several; none where nothing of it was. */
function fitting(item: Fitting, word: string): Fitting[] {
  if (word === '') return [item];
  const named = item.names.find((name) => name.toLowerCase().startsWith(word));
  const isName =
    named !== undefined && columnNamed(named) !== undefined && columnNamed(named) === columnNamed(item.text);
  if (isName) return [{ ...item, text: named }];
  return item.names.some((name) => name.toLowerCase().includes(word)) ? [item] : [];
}

function valueItems(column: RunColumn, runs: readonly RunSummary[]): Fitting[] {
  if (column.kind === 'yes') return [wordItem('yes', ''), wordItem('no', '')];
  if (column.kind === 'date') return [wordItem('today', ''), wordItem('yesterday', '')];
  if (isOrdered(column.kind) && column.part === 'result') return [];
  const counts = new Map<string, number>();
  for (const cell of runs.flatMap((run) => cellsOf(column, run))) {
    const text =
      cell === null ? 'none' : quotedWhereNeeded(isOrdered(column.kind) ? writeCell(column, cell) : String(cell));
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([text, count]) => ({
      text,
      hint: `${count} ${count === 1 ? 'run' : 'runs'}`,
      names: [text.replaceAll(/["']/g, '')],
    }));
}
