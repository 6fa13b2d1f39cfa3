import type { PlaygroundAnswer } from '../../../main/api.ts';

/** What the latest answers come to. */
export interface Figures {
  readonly p95Ms: number;
  readonly bytes: number;
  /** Of the answers whose class is known; null where none is. */
  readonly accuracy: number | null;
  readonly within: (ms: number) => number;
}

/** Answers that figures are of: those of the last seconds, as the link changes. */
const latest = 40;

export function figuresOf(answers: readonly PlaygroundAnswer[]): Figures | null {
  const recent = answers.slice(-latest);
  if (recent.length === 0) return null;
  const times = recent.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const known = recent.filter(({ correct }) => correct !== null);
  return {
    p95Ms: times[Math.ceil(0.95 * times.length) - 1],
    bytes: recent.reduce((sum, { bytes }) => sum + bytes, 0) / recent.length,
    accuracy: known.length === 0 ? null : known.filter(({ correct }) => correct).length / known.length,
    within: (ms) => recent.filter(({ latencyMs }) => latencyMs <= ms).length / recent.length,
  };
}

/** Choices of these answers, the one that sends most first: their rows in the chart. */
export function choicesOf(answers: readonly PlaygroundAnswer[]): string[] {
  const bytes = new Map<string, number>();
  for (const { words, bytes: sent } of answers) bytes.set(words, Math.max(sent, bytes.get(words) ?? 0));
  return [...bytes].sort(([, a], [, b]) => b - a).map(([words]) => words);
}

/** From 0 at 1 ms to 1 at 10 s: times differ by orders of magnitude. */
export function heightOf(ms: number): number {
  return Math.min(1, Math.max(0, Math.log10(ms) / 4));
}
