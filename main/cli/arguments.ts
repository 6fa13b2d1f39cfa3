import { InvalidArgumentError } from 'commander';
import type { DressedLine } from '../charts/drawable/dressed.ts';
import type { SourceView } from '../charts/data.ts';
import { ranges } from '../model/ranges.ts';
import type { Shape } from '../model/spec.ts';
import { nameSchema, nameWords } from '../runs/experiment/experiment.ts';
import { readSeeds } from '../runs/sweep/values.ts';

/** Readers of what stands behind an option; commander names the option when one throws. */

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number.');
}

/** How many there are of something that cannot be missing: threads, classes, pixels. */
export function count(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a whole number, 1 or more.');
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

/** A budget of a run or set. Commander takes null for a flag without a value, so full keeps its name until `budgetOf`. */
export function budgetFlag(text: string): number | 'full' {
  return text === 'full' ? 'full' : count(text);
}

export function budgetOf<T extends string | number>(flag: T | 'full'): T | null {
  return flag === 'full' ? null : flag;
}

/** Seconds, MiB and the like. */
export function amount(text: string): number {
  const value = number(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError('Expected a number that is not negative.');
}

/** Reads a number, or a whole one, that is in a range. */
export function within(
  [least, most]: readonly [least: number, most: number],
  read: typeof number,
): (text: string) => number {
  return (text) => {
    const value = read(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected from ${least} to ${most}.`);
  };
}

export function port(text: string): number {
  const value = wholeNumber(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a port, 0 to 65535.');
}

/** SHA-256 in hexadecimal digits, with or without colons. */
export function fingerprint(text: string): string {
  if (/^([0-9a-f]{2}:?){32}$/i.test(text)) return text;
  throw new InvalidArgumentError('Expected the fingerprint as it was printed, 64 hexadecimal digits.');
}

export function words(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Expected a text that is not empty.');
}

/** What an experiment or a launch is called. */
export function name(text: string): string {
  const parsed = nameSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`Expected ${nameWords}.`);
}

/** `1,2,3`, `1-3` or `1..3`. */
export function seeds(text: string): number[] {
  const read = readSeeds(text);
  if (typeof read !== 'string' && read.length > 0) return read;
  throw new InvalidArgumentError(typeof read === 'string' ? read : 'Expected whole numbers, for example 1,2,3 or 1-3.');
}

/** `0.7` or `70%`. */
export function share(text: string): number {
  const value = text.endsWith('%') ? number(text.slice(0, -1)) / 100 : number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected an accuracy between 0 and 1, or a percentage such as 70%.');
}

/** `2..5`: a part of an axis from one end to the other. */
export function range(text: string): [from: number, to: number] {
  const [from, to] = /^(.+?)\.\.(.+)$/.exec(text)?.slice(1).map(number) ?? [];
  if (from < to) return [from, to];
  throw new InvalidArgumentError('Expected two numbers, the lower one first, such as 2..5.');
}

/** `from scratch=Scratch:#d55e00`: a line by another name, in another colour, or both, after those given before. */
export function line(text: string, before: readonly DressedLine[] = []): readonly DressedLine[] {
  const [, name = '', , called, colour] = /^(.*?)(=(.*?))?(?::(#[0-9a-f]{6}))?$/i.exec(text) ?? [];
  if (name === '' || called === '') {
    throw new InvalidArgumentError(
      'Expected a line with a name, a colour, or both, such as "from scratch=Scratch:#d55e00".',
    );
  }
  return [...before, { line: name, ...(called && { name: called }), ...(colour && { colour }) }];
}

/** A data source, counted from 1 as everywhere users see them, or `each`. */
export function source(text: string): SourceView {
  return text === 'each' || text === 'all' ? text : count(text) - 1;
}

/** `32x32x3`: height, width and channels. */
export function imageShape(text: string): Shape {
  const [height, width, channels] = text.split('x').map(Number);
  const sizes = [height, width, channels];
  const [least, most] = ranges.extent;
  const isShape = /^\d+x\d+x\d+$/.test(text) && sizes.every((size) => size >= least && size <= most);
  if (isShape) return [height, width, channels];
  throw new InvalidArgumentError(`Expected height x width x channels, each to ${most}, for example 32x32x3.`);
}

/** `4,16,full`; the full budget is always shown, so it may be left out. */
export function budgets(text: string): number[] {
  const given = text.split(',').filter((part) => part.trim() !== 'full');
  const values = given.map((part) => wholeNumber(part.trim()));
  if (values.every((value) => value > 0)) return values;
  throw new InvalidArgumentError('Expected numbers of maps, for example 4,16,full.');
}

/** Gathers an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** `50ms`, `0.2s`: seconds. */
export function duration(text: string): number {
  const [, value, unit] = /^(.+?)\s*(ms|s)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Expected a time with its unit, for example 50ms or 0.2s.');
  return amount(value) / (unit === 'ms' ? 1000 : 1);
}

const byteUnits: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** `800B`, `20kB`, `64MB`: bytes. */
export function byteSize(text: string): number {
  const [, value, unit] = /^(.+?)\s*(B|kB|MB|GB)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Expected a size with its unit, for example 20kB or 64MB.');
  return amount(value) * byteUnits[unit];
}

/** `100mbit`, `1gbit`, `56kbit`: Mbit/s. */
export function bitRate(text: string): number {
  const [, value, unit] = /^(.+?)\s*([kmg])bit$/i.exec(text) ?? [];
  const rate =
    unit === undefined ? 0 : amount(value) * { k: 1e-3, m: 1, g: 1e3 }[unit.toLowerCase() as 'k' | 'm' | 'g'];
  if (rate > 0) return rate;
  throw new InvalidArgumentError('Expected a rate with its unit, for example 100mbit or 1gbit.');
}

/** `1,10,100`: numbers of something that cannot be missing. */
export function counts(text: string): number[] {
  return text.split(',').map((part) => count(part.trim()));
}
