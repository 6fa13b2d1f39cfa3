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

/** A step further, without the dust that adding decimals leaves behind. */
export function steppedNumber(value: number, step: number): number {
  return Number((value + step).toPrecision(12));
}
