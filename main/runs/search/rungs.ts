import type { Search } from './schema.ts';

/** More than this no search needs; what is dearer is stopped less often. */
const mostRungs = 20;

/**
 * Where trials are compared, rising, in bytes or epochs; the last, Infinity, is the end of a trial. Unless the search says
 * them, the first is η^(1 − count) of the cheapest point's end, or the cheapest first epoch, and each is η times the one before. `plans` are the bytes
 * that points have sent at the end of each epoch.
 */
export function rungsOf({ maxBytes = Infinity, rungs }: Search, plans: readonly (readonly number[])[]): number[] {
  const { unit, count, reduction, at } = rungs;
  if (at) return [...at, Infinity];
  const ends = plans.map((bytes) => (unit === 'bytes' ? Math.min(bytes.at(-1)!, maxBytes) : bytes.length));
  const limits: number[] = [];
  // Below the first epoch of all there is nothing to compare.
  const least = unit === 'bytes' ? Math.min(...plans.map(([first]) => first)) : 1;
  let limit = Math.max(least, Math.min(...ends) / reduction ** (count - 1));
  // One right before the end would stop what is as good as over.
  while (limit * Math.sqrt(reduction) <= Math.max(...ends) && limits.length < mostRungs) {
    const whole = Math.max(1, Math.round(limit));
    if (whole !== limits.at(-1)) limits.push(whole);
    limit *= reduction;
  }
  return [...limits, Infinity];
}
