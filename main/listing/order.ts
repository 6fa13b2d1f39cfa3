const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What things are put in order by; null has its place at the end whichever way it goes. */
export type Key = string | number | null;

/** In the order of their keys, numbers in words as numbers; those that are alike stay as they were. */
export function inOrderOf<T>(items: readonly T[], keyOf: (item: T) => Key, descending = false): T[] {
  const sign = descending ? -1 : 1;
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => compareKeys(a.key, b.key, sign))
    .map(({ item }) => item);
}

function compareKeys(a: Key, b: Key, sign = 1): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (typeof a === 'number' && typeof b === 'number' ? compare(a, b) : words.compare(String(a), String(b)));
}

/** Also of infinities, which have no difference. */
function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}
