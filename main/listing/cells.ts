import { formatBytes, formatDuration, formatPercent } from '../charts/formats.ts';

/** What a column of runs holds: how its values are written, and read from what a person types. */

/** A full budget is `Infinity`; what a run does not have is null. */
export type Cell = string | number | boolean | null;

export type Kind = 'text' | 'number' | 'share' | 'bytes' | 'seconds' | 'date' | 'budget' | 'yes';

/** A typed value: all from `low` to `high`, which are the same but for a day or a range. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

interface KindWords {
  /** What may be typed, for messages and help. */
  readonly expected: string;
  readonly units: Readonly<Record<string, number>>;
}

const [second, minute, hour, day] = [1, 60, 3600, 86_400];

export const kinds: Readonly<Record<Kind, KindWords>> = {
  text: { expected: 'a word, or words in quotes', units: {} },
  number: { expected: 'a number', units: {} },
  share: { expected: 'a share such as 50 % or 0.5', units: { '%': 0.01 } },
  bytes: {
    expected: 'a size such as 20 MB',
    units: { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 },
  },
  seconds: { expected: 'a time such as 90 s or 5 min', units: { ms: 1e-3, s: second, min: minute, h: hour, d: day } },
  date: { expected: 'a day such as 2026-11-30, today, or "2026-11-30 14:05"', units: {} },
  budget: { expected: 'a number of maps, or full', units: {} },
  yes: { expected: 'yes or no', units: {} },
};

/** Whether values of a kind lie before and after one another. */
export function isOrdered(kind: Kind): boolean {
  return kind !== 'text' && kind !== 'yes';
}

/** Whether a mean of them says something. */
export function isMeasured(kind: Kind): boolean {
  return kind === 'number' || kind === 'share' || kind === 'bytes' || kind === 'seconds';
}

/** The value of an ordered kind that a text stands for; null when it is none. Days are those of this time zone. */
export function readSpan(kind: Kind, text: string, now = Date.now()): Span | null {
  if (kind === 'date') return readDay(text, now);
  if (kind === 'budget' && text.toLowerCase() === 'full') return { low: Infinity, high: Infinity };
  const [, digits, unit = ''] = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\S*)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return null;
  const factor = unit === '' ? 1 : kinds[kind].units[unit.toLowerCase()];
  if (factor === undefined) return null;
  // 0.07 is not 7 * 0.01 to the last bit.
  const value = factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(digits) * factor;
  if (kind === 'share' && unit === '' && Math.abs(value) > 1) return null;
  return { low: value, high: value };
}

function readDay(text: string, now: number): Span | null {
  const today = new Date(now);
  const named = { today: 0, yesterday: -1 }[text.toLowerCase()];
  const midnight = (days: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + days).getTime();
  if (named !== undefined) return { low: midnight(named), high: midnight(named + 1) - 1 };
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2}))?$/.exec(text) ?? [];
  const start = date === undefined ? NaN : new Date(`${date}T${(time ?? '00:00').padStart(5, '0')}`).getTime();
  if (Number.isNaN(start)) return null;
  if (time !== undefined) return { low: start, high: start + minute * 1000 - 1 };
  const next = new Date(start);
  return { low: start, high: next.setDate(next.getDate() + 1) - 1 };
}

/** A value as tables show it. Dates are written by whoever shows them. */
export function formatCell(kind: Kind, value: Cell): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (value === Infinity) return 'full';
  if (kind === 'share') return formatPercent(value);
  if (kind === 'bytes') return formatBytes(value);
  if (kind === 'seconds') return formatDuration(value);
  return String(value);
}
