import type { LogLine } from '../../../main/api.ts';

export const logLevels = ['info', 'warning', 'error'] as const satisfies readonly LogLine['level'][];
export type LogLevel = (typeof logLevels)[number];

/** Lines of at least this level in which all words of the text occur. */
export function filterLog(lines: readonly LogLine[], least: LogLevel, text: string): LogLine[] {
  const from = logLevels.indexOf(least);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    if (logLevels.indexOf(line.level) < from) return false;
    const searched = `${line.event} ${line.text}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

/** A log as text, to copy: a line of time, level, event and what it says. */
export function logText(lines: readonly LogLine[]): string {
  return lines
    .map(({ at, level, event, text }) => [new Date(at).toISOString(), level, event, text].join('  '))
    .join('\n');
}
