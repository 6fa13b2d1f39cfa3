import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine, LogPage } from '../../api.ts';
import { formatBudget, formatPercent } from '../../charts/formats.ts';

const pageLines = 1000;

/** Where the reading of a log goes on. */
export interface LogPlace {
  readonly line: number;
  readonly offset: number;
}

/** At most 1,000 lines of a run's log from a line number on. */
export function readLog(folder: string, from: number): LogPage {
  const path = logPath(folder);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return { from, lines: lines.slice(from, from + pageLines).map(logLine) };
}

/** The end of a run's log as it is now. */
export function endOfLog(folder: string): LogPlace {
  const path = logPath(folder);
  if (!existsSync(path)) return { line: 0, offset: 0 };
  return after({ line: 0, offset: 0 }, readFileSync(path));
}

/** The whole lines after a place, and the place after them; null when there is nothing new. */
export function readLogAfter(folder: string, place: LogPlace): { page: LogPage; place: LogPlace } | null {
  const path = logPath(folder);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= place.offset) return null;
  const bytes = readBytes(path, place.offset, size - place.offset);
  const next = after(place, bytes);
  if (next.line === place.line) return null;
  const lines = bytes
    .toString('utf8', 0, next.offset - place.offset)
    .split('\n')
    .slice(0, -1);
  return { page: { from: place.line, lines: lines.map(logLine) }, place: next };
}

function logPath(folder: string): string {
  return join(folder, 'log.jsonl');
}

function readBytes(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } finally {
    closeSync(file);
  }
}

/** The place after the last line that is whole. */
function after({ line, offset }: LogPlace, bytes: Buffer): LogPlace {
  const end = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, end).reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  return { line: line + lines, offset: offset + end };
}

type Details = Readonly<Record<string, unknown>>;

/** A line as people read it. */
function logLine(text: string): LogLine {
  const { time, event, level, ...details } = parse(text);
  const name = typeof event === 'string' ? event : 'line';
  return {
    at: typeof time === 'string' ? Date.parse(time) : 0,
    level: level === 'warning' || level === 'error' || level === 'info' ? level : levelOf(name),
    event: name,
    text: wordsOf(name, details),
  };
}

function parse(text: string): Details {
  try {
    return JSON.parse(text) as Details;
  } catch {
    // A process killed amid a line leaves half of it.
    return { event: 'damaged', text };
  }
}

function levelOf(event: string): LogLine['level'] {
  if (event === 'failed') return 'error';
  return event === 'damaged' ? 'warning' : 'info';
}

function wordsOf(event: string, details: Details): string {
  switch (event) {
    case 'status':
      return [details['status'], details['error']].filter((part) => typeof part === 'string').join(': ');
    case 'engine':
      return `${String(details['name'])}: ${String(details['device'])}, ${String(details['detail'])}`;
    case 'resumed':
      return `From the checkpoint of step ${String(details['step'])}`;
    case 'checkpoint':
      return `Saved at step ${String(details['step'])}`;
    case 'epoch':
      return `Epoch ${Number(details['epoch']) + 1} at ${budgetOf(details)}: accuracy ${accuracyOf(details)}`;
    case 'pair':
      return `A client/server pair for ${budgetOf(details)}: accuracy ${accuracyOf(details)}`;
    default:
      return typeof details['message'] === 'string' ? details['message'] : factsOf(details);
  }
}

function budgetOf({ budget }: Details): string {
  return typeof budget === 'number' ? formatBudget(budget) : 'full budget';
}

function accuracyOf({ testAccuracy }: Details): string {
  return formatPercent(typeof testAccuracy === 'number' ? testAccuracy : NaN);
}

function factsOf(details: Details): string {
  if (typeof details['text'] === 'string') return details['text'];
  return Object.entries(details)
    .filter(([name]) => name !== 'stack')
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
