/**
 * 1, 2 and 5 times the powers of ten from the last one at or below the values to the first one at or above; over more
 * than three decades the powers of ten alone. `least` has to be positive.
 */
export function logarithmicTicks(least: number, most: number): number[] {
  const digits = Math.log10(most / least) > 3 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(least));
  const last = Math.ceil(Math.log10(most)) + 1;
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  // 10 ** -5 is not 0.00001 to the last bit, what is read from text is.
  const ticks = decades.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)));
  const from = ticks.findLastIndex((tick) => tick <= least);
  const to = ticks.findIndex((tick) => tick >= most);
  return ticks.slice(Math.max(0, from), Math.max(to, from + 1) + 1);
}
