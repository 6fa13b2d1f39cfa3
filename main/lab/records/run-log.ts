import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogPage } from '../../api.ts';
import { logLine } from './log-line.ts';

const pageLines = 1000;

/** Where the reading of a log goes on. */
export interface LogPlace {
  readonly line: number;
  readonly offset: number;
}

/** At most 1,000 lines, from a line number on, of the log of a run with so many sources. */
export function readLog(folder: string, sources: number, from: number): LogPage {
  const path = logPath(folder);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return { from, lines: lines.slice(from, from + pageLines).map((line) => logLine(line, sources)) };
}

/** The end of a run's log as it is now. */
export function endOfLog(folder: string): LogPlace {
  const path = logPath(folder);
  if (!existsSync(path)) return { line: 0, offset: 0 };
  return after({ line: 0, offset: 0 }, readFileSync(path));
}

/** The whole lines after a place, and the place after them; null when there is nothing new. */
export function readLogAfter(
  folder: string,
  sources: number,
  place: LogPlace,
): { page: LogPage; place: LogPlace } | null {
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
  return { page: { from: place.line, lines: lines.map((line) => logLine(line, sources)) }, place: next };
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
