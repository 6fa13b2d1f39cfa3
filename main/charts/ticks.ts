/** 1, 2 and 5 times the powers of ten, from the last one at or below the values to the first one at or above. */
export function logarithmicTicks(least: number, most: number): number[] {
  // One decade more on either side, as logarithms are rounded.
  const first = Math.floor(Math.log10(least)) - 1;
  const decades = Array.from({ length: Math.ceil(Math.log10(most)) - first + 2 }, (_, i) => first + i);
  // 10 ** -5 is not 0.00001 to the last bit, what is read from text is.
  const ticks = decades.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const from = ticks.findLastIndex((tick) => tick <= least);
  const to = ticks.findIndex((tick) => tick >= most);
  return ticks.slice(Math.max(0, from), Math.max(to, from + 1) + 1);
}

/** Those to be labelled: over more than two decades the powers of ten alone. */
export function labelledTicks(ticks: readonly number[]): number[] {
  if (ticks[ticks.length - 1] / ticks[0] <= 100) return [...ticks];
  return ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
}

/** Some six whole numbers from least to most, both within, a step of 1, 2 or 5 times a power of ten apart. */
export function wholeTicks(least: number, most: number): number[] {
  const rough = Math.max(1, (most - least) / 6);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= rough * 0.999)!;
  const first = Math.ceil(least / step);
  return Array.from({ length: Math.max(0, Math.floor(most / step) - first + 1) }, (_, i) => (first + i) * step);
}

const minute = 60;
const hour = 60 * minute;
const timeSteps = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 168].map((count) => count * hour),
];

/** Seconds between the ticks of a clock that covers so many seconds with about five of them. */
export function clockInterval(seconds: number): number | undefined {
  return seconds < 2 ? undefined : timeSteps.find((step) => seconds / step <= 6);
}
