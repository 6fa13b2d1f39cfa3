import type { Range, Values } from './space.ts';

export function isRange(values: Values): values is Range {
  return !Array.isArray(values);
}

/**
 * Values as people write them in a line: `0.01, 0.03, 0.1` or `full, 8, 4` each for itself, `0.001..0.1` from one number
 * to another, `0.001..0.1 log 4` four of these on a logarithmic scale.
 */

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const rangeText = new RegExp(String.raw`^(${number})\s*\.\.\s*(${number})(?:\s+(log|linear))?(?:\s+(\d+))?$`, 'i');

/** Null for a text that says none. */
export function readValues(text: string): Values | null {
  const [, from, to, scale, count] = rangeText.exec(text.trim()) ?? [];
  if (from !== undefined) {
    return {
      from: Number(from),
      to: Number(to),
      scale: scale?.toLowerCase() === 'log' ? 'log' : 'linear',
      ...(count === undefined ? {} : { count: Number(count) }),
    };
  }
  const values = listed(text);
  return values.length === 0 || values.includes('') ? null : values;
}

/** As JSON where the whole is a list of that, else what stands between commas, each as JSON or as a text. */
function listed(text: string): unknown[] {
  const whole = parsed(`[${text}]`);
  if (Array.isArray(whole)) return whole;
  return text.split(',').map((part) => parsed(part.trim()) ?? (part.trim() === 'null' ? null : part.trim()));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function writtenValues(values: Values): string {
  if (!isRange(values))
    return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ');
  const { from, to, scale, count } = values;
  return [`${from}..${to}`, ...(scale === 'log' ? ['log'] : []), ...(count === undefined ? [] : [count])].join(' ');
}

const largestSeed = 0xffffffff;
const mostSeeds = 1000;

/** Seeds in a line, each for itself or several as `1-3` or `1..3`; what is wrong with it as a sentence. */
export function readSeeds(text: string): number[] | string {
  const seeds: number[] = [];
  const words = text
    .replaceAll(/\s*(-|\.\.)\s*/g, '$1')
    .split(/[\s,;]+/)
    .filter(Boolean);
  for (const word of words) {
    const [, first, last = first] = /^(\d+)(?:(?:-|\.\.)(\d+))?$/.exec(word) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || to > largestSeed || from > to) {
      return `"${word}" is no seed: expected whole numbers from 0 to ${largestSeed}, or several as 1-3.`;
    }
    if (seeds.length + to - from >= mostSeeds) return `"${word}" is more than ${mostSeeds} seeds at once.`;
    for (let seed = from; seed <= to; seed++) seeds.push(seed);
  }
  return seeds;
}
