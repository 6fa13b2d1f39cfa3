import { random, shuffle } from '../random.ts';

/**
 * The number of samples each class gets: its exact share of `samples`, rounded by largest remainder, so the
 * shares add up.
 */
export function classShares(counts: readonly number[], samples: number): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map((count) => (count * samples) / total);
  const shares = exact.map(Math.floor);
  const left = samples - shares.reduce((a, b) => a + b, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => (exact[b] % 1) - (exact[a] % 1));
  for (const index of byRemainder.slice(0, left)) shares[index] = shares[index] + 1;
  return shares;
}

/**
 * Which samples of a data set to use, in ascending order: drawn by seed, each class by its share. With one seed
 * the samples of a class are taken in one drawn order, so a larger subset holds a smaller one's.
 */
export function stratifiedSubset(
  labels: Uint16Array,
  classes: number,
  samples: number,
  seed: number,
  part: string,
): Uint32Array {
  if (samples === labels.length) return Uint32Array.from(labels.keys());
  const members: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, index) => members[label]?.push(index));
  const shares = classShares(
    members.map(({ length }) => length),
    samples,
  );
  const chosen = members.flatMap((indices, label) => [
    ...shuffle(Uint32Array.from(indices), random(seed, 'subset', part, label)).subarray(0, shares[label]),
  ]);
  return Uint32Array.from(chosen).sort();
}
