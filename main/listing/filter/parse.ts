import { isOrdered, kinds, readSpan, type Span } from '../cells.ts';
import { columnNamed, columnNames, type RunColumn } from '../columns.ts';
import { nearest } from '../../near.ts';
import { equalsOne, fitsPattern, has, hasWords, isOrder, liesOn, type Match, type Wanted } from './match.ts';
import { isKeyword, tokensOf, type Token } from './tokens.ts';

/** What could stand at a place of a filter. */
export type Awaited =
  | { readonly what: 'condition' }
  | { readonly what: 'sign' | 'list' | 'value' | 'after value'; readonly column: RunColumn }
  | { readonly what: 'joint' };

/** Why a filter cannot be read: where, and what could stand there. */
export class Unreadable extends Error {
  readonly at: number;
  readonly end: number;
  readonly awaited: Awaited;

  constructor(message: string, { at, end }: Pick<Token, 'at' | 'end'>, awaited: Awaited) {
    super(message);
    this.at = at;
    this.end = end;
    this.awaited = awaited;
  }
}

export interface Parsed {
  readonly match: Match;
  /** Columns that the filter speaks of. */
  readonly columns: ReadonlySet<RunColumn>;
}

/**
 * Reads a filter:
 *
 *     filter    = all { "or" all }
 *     all       = one { ["and"] one }
 *     one       = "not" one | "(" filter ")" | condition | words
 *     condition = column ("=" | "!=") value | column ("<" | "<=" | ">" | ">=") value | column ":" text
 *               | column ("~" | "!~") expression | column ["not"] "in" (range | "[" item { "," item } "]")
 *     item      = value | range
 *     range     = value ".." value
 *
 * Throws `Unreadable`.
 */
export function parse(text: string): Parsed {
  const reader = readerOf(text);
  const match = reader.next() ? either(reader) : () => true;
  const rest = reader.next();
  if (rest)
    throw new Unreadable(`"${rest.text}" closes nothing: expected and, or, or a condition`, rest, { what: 'joint' });
  return { match, columns: reader.columns };
}

interface Reader {
  next(ahead?: number): Token | undefined;
  take(): Token;
  /** Takes the next token if it is this sign or keyword. */
  takes(text: string): boolean;
  fail(what: string, awaited: Awaited): never;
  readonly columns: Set<RunColumn>;
}

function readerOf(text: string): Reader {
  const tokens = tokensOf(text);
  let place = 0;
  const next = (ahead = 0): Token | undefined => tokens[place + ahead];
  return {
    next,
    take: () => tokens[place++],
    takes: (wanted) => {
      const token = next();
      const fits = token !== undefined && token.kind !== 'quoted' && token.text.toLowerCase() === wanted;
      if (fits) place++;
      return fits;
    },
    fail: (expected, awaited) => {
      const token = next() ?? { text: '', at: text.length, end: text.length };
      const found = token.text === '' ? 'the filter ends' : `"${token.text}"`;
      throw new Unreadable(`expected ${expected}, ${token.text === '' ? found : `not ${found}`}`, token, awaited);
    },
    columns: new Set(),
  };
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

function either(reader: Reader): Match {
  const parts = [every(reader)];
  while (reader.takes('or')) parts.push(every(reader));
  return parts.length === 1 ? parts[0] : (run) => parts.some((match) => match(run));
}

function every(reader: Reader): Match {
  const parts = [one(reader)];
  for (;;) {
    const token = reader.next();
    if (!token || isWord(token, 'or') || (token.kind === 'sign' && token.text === ')')) break;
    reader.takes('and');
    parts.push(one(reader));
  }
  return parts.length === 1 ? parts[0] : (run) => parts.every((match) => match(run));
}

function one(reader: Reader): Match {
  if (reader.takes('not')) return negated(one(reader));
  if (reader.takes('(')) {
    const inner = either(reader);
    if (!reader.takes(')')) reader.fail('")"', { what: 'joint' });
    return inner;
  }
  const token = reader.next();
  if (!token || token.kind === 'sign' || (token.kind === 'word' && isKeyword(token.text))) {
    return reader.fail('a condition such as best > 50 %, or words to look for', { what: 'condition' });
  }
  reader.take();
  return token.kind === 'word' && isTest(reader) ? test(reader, token) : hasWords(token.text);
}

/** Whether what follows a word makes it the name of a column. */
function isTest(reader: Reader, ahead = 0): boolean {
  const token = reader.next(ahead);
  if (token?.kind === 'sign') return !['(', ')', '[', ']', ',', '..'].includes(token.text);
  return isWord(token, 'in') || (isWord(token, 'not') && isWord(reader.next(ahead + 1), 'in'));
}

function test(reader: Reader, named: Token): Match {
  const column = columnNamed(named.text) ?? unknown(named);
  reader.columns.add(column);
  if (reader.takes('in')) return among(reader, column);
  if (reader.takes('not')) {
    reader.take();
    return negated(among(reader, column));
  }
  const sign = reader.take();
  if (isOrder(sign.text)) {
    if (!isOrdered(column.kind)) throw unfitSign(column, sign);
    return liesOn(column, sign.text, span(reader, column));
  }
  switch (sign.text) {
    case '=':
    case '==':
      return equalsOne(column, [value(reader, column)]);
    case '!=':
      return negated(equalsOne(column, [value(reader, column)]));
    case ':':
      return column.kind === 'text' ? has(column, text(reader, column)) : equalsOne(column, [value(reader, column)]);
    case '~':
    case '!~': {
      if (column.kind !== 'text') throw unfitSign(column, sign);
      const match = fitsPattern(column, expression(reader, column));
      return sign.text === '~' ? match : negated(match);
    }
    default:
      throw unfitSign(column, sign);
  }
}

function negated(match: Match): Match {
  return (run) => !match(run);
}

function unknown(token: Token): never {
  const meant = nearest(token.text, columnNames());
  const hint = meant === undefined ? 'Words to look for stand in quotes.' : `Did you mean ${meant}?`;
  throw new Unreadable(`there is no column "${token.text}". ${hint}`, token, { what: 'condition' });
}

function unfitSign(column: RunColumn, sign: Token): Unreadable {
  const signs = signsOf(column).join(' ');
  return new Unreadable(`${column.name} takes one of ${signs}, not "${sign.text}"`, sign, { what: 'sign', column });
}

/** What may follow the name of a column. */
export function signsOf({ kind }: RunColumn): string[] {
  if (kind === 'text') return ['=', '!=', ':', '~', '!~', 'in', 'not in'];
  return isOrdered(kind) ? ['=', '!=', '<', '<=', '>', '>=', 'in', 'not in'] : ['=', '!='];
}

function among(reader: Reader, column: RunColumn): Match {
  if (!reader.takes('[')) {
    if (!isOrdered(column.kind) || !reader.next()) {
      reader.fail('a list such as [a, b] after "in"', { what: 'list', column });
    }
    return equalsOne(column, [range(reader, column, span(reader, column))]);
  }
  const items: Wanted[] = [];
  do {
    const from = value(reader, column);
    items.push(reader.next()?.text === '..' ? range(reader, column, from) : from);
  } while (reader.takes(','));
  if (!reader.takes(']')) reader.fail('"," or "]"', { what: 'after value', column });
  return equalsOne(column, items);
}

/** From a value that was read to the one behind "..". */
function range(reader: Reader, column: RunColumn, from: Wanted): Span {
  if (typeof from !== 'object' || from === null) return reader.fail('"," or "]"', { what: 'after value', column });
  if (!reader.takes('..')) reader.fail('"..", as in 1..5, or a list in [ ]', { what: 'after value', column });
  return { low: from.low, high: span(reader, column).high };
}

/** A value of the column: of words, a number with its unit, or none. */
function value(reader: Reader, column: RunColumn): Wanted {
  if (isWord(reader.next(), 'none')) {
    reader.take();
    return null;
  }
  if (column.kind === 'text') return text(reader, column);
  return column.kind === 'yes' ? answer(reader, column) : span(reader, column);
}

function answer(reader: Reader, column: RunColumn): boolean {
  for (const yes of ['yes', 'true']) if (reader.takes(yes)) return true;
  for (const no of ['no', 'false']) if (reader.takes(no)) return false;
  return failAt(reader, column);
}

function span(reader: Reader, column: RunColumn): Span {
  const [token, unit] = [reader.next(), reader.next(1)];
  if (!token || token.kind === 'sign') return failAt(reader, column);
  const withUnit = unit?.kind === 'word' ? readSpan(column.kind, `${token.text} ${unit.text}`) : null;
  const found = withUnit ?? readSpan(column.kind, token.text);
  if (!found) return failAt(reader, column);
  reader.take();
  if (withUnit) reader.take();
  else refuseUnit(reader, column);
  return found;
}

/** A word after a size or a time is a unit that was mistyped, not one to look for. */
function refuseUnit(reader: Reader, column: RunColumn): void {
  const units = Object.keys(kinds[column.kind].units);
  const token = reader.next();
  if (units.length === 0 || token?.kind !== 'word' || isKeyword(token.text) || isTest(reader, 1)) return;
  reader.fail(`one of the units ${units.join(' ')}, or "and"`, { what: 'joint' });
}

function text(reader: Reader, column: RunColumn): string {
  const token = reader.next();
  return !token || token.kind === 'sign' ? failAt(reader, column) : reader.take().text;
}

function failAt(reader: Reader, column: RunColumn): never {
  return reader.fail(`${kinds[column.kind].expected} for ${column.name}`, { what: 'value', column });
}

function expression(reader: Reader, column: RunColumn): RegExp {
  const token = reader.next();
  const source = text(reader, column);
  try {
    return new RegExp(source, 'i');
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, '');
    throw new Unreadable(`${column.name} is to fit a regular expression: ${reason}`, token!, { what: 'value', column });
  }
}
