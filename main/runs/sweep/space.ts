import { z } from 'zod';
import type { Random } from '../../random.ts';
import { isRange } from './values.ts';

/** The values that settings may take: what a sweep goes through, and what a search draws from. */

/** Runs that a sweep may make of an experiment before its seeds. */
export const mostPoints = 1000;

const bound = z.number().min(-1e9).max(1e9);

const range = z.strictObject({
  from: bound,
  to: bound,
  scale: z.enum(['linear', 'log']).default('linear').describe('log: equal ratios instead of equal differences'),
  count: z.int().min(2).max(mostPoints).optional().describe('How many values, for a grid or a list'),
});

export const valuesSchema = z
  .union([z.array(z.unknown()).min(1).max(mostPoints), range])
  .describe('A list of values, or {"from": 0.001, "to": 0.1, "scale": "log", "count": 3}');

export const spaceSchema = z
  .record(z.string().min(1).max(200), valuesSchema)
  .describe('Settings by their dotted paths (lr and seed for short), each with its values');

/** Values from one number to another, or each for itself. */
export type Values = z.output<typeof valuesSchema>;
export type Range = z.output<typeof range>;
/** Settings by their names, in the order they were given. */
export type Space = z.output<typeof spaceSchema>;

/**
 * All values, in order: those listed; of a range as many as it counts, or each whole number where the setting is one.
 * Null where a range is endless. Whole numbers are rounded, and none comes twice.
 */
export function levelsOf(values: Values, whole: boolean): unknown[] | null {
  if (!isRange(values)) return values;
  const { from, to, scale, count } = values;
  const each = whole && scale === 'linear' ? Math.floor(to) - Math.ceil(from) + 1 : null;
  const steps = count ?? each;
  if (steps === null || steps > mostPoints) return null;
  const at = Array.from({ length: steps }, (_, i) => placed(values, steps === 1 ? 0 : i / (steps - 1)));
  return [...new Set(whole ? at.map(Math.round) : at)];
}

/** One of the values, each alike; of a range any number within, whole ones where the setting is one. */
export function drawFrom(values: Values, whole: boolean, random: Random): unknown {
  if (!isRange(values)) return values[random.integer(values.length)];
  if (!whole) return placed(values, random.uniform());
  const { from, to } = values;
  // Each whole number has the room of one around it, so that those at the ends come as often as the others.
  const wide = { ...values, from: Math.ceil(from) - 0.5, to: Math.floor(to) + 0.4999 };
  return Math.min(Math.floor(to), Math.max(Math.ceil(from), Math.round(placed(wide, random.uniform()))));
}

/** How many different values there are; Infinity for the numbers of a range. */
export function sizeOf(values: Values, whole: boolean): number {
  if (!isRange(values)) return new Set(values.map((value) => JSON.stringify(value))).size;
  return whole ? Math.floor(values.to) - Math.ceil(values.from) + 1 : Infinity;
}

/** At a share of the way, to six digits: 0.003 rather than 0.0030000000000000005. */
function placed({ from, to, scale }: Range, share: number): number {
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  return Number(value.toPrecision(6));
}
