/** The number a text means, with a point or a comma before its decimals; undefined when it means none. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}

/** A number as it is put into a field: small ones as 5e-4 rather than 0.0005. */
export function writtenNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e9)) return String(value);
  return value.toExponential().replace('e+', 'e');
}

/** What a field of numbers takes, as a sentence: `Expected a whole number from 1 to 64.` */
export function expectedNumber({ min, max, integer }: { min: number; max: number; integer: boolean }): string {
  const kind = integer ? 'a whole number' : 'a number';
  const [least, most] = [writtenNumber(min), writtenNumber(max)];
  if (least !== '' && most !== '') return `Expected ${kind} from ${least} to ${most}.`;
  if (least !== '') return `Expected ${kind}, ${least} or more.`;
  return most === '' ? `Expected ${kind}.` : `Expected ${kind}, ${most} or less.`;
}

/** A step further, without the dust that adding decimals leaves behind. */
export function steppedNumber(value: number, step: number): number {
  return Number((value + step).toPrecision(12));
}
