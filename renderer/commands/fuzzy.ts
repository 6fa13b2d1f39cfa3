/**
 * How well a text answers what was typed, higher is better, null for not at all: every word typed must be found, at
 * the start of a word, within one, or letter by letter in order.
 */
export function fuzzyScore(typed: string, text: string): number | null {
  const hay = text.toLowerCase();
  let score = 0;
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const found = wordScore(word, hay);
    if (found === null) return null;
    score += found;
  }
  // Of two alike the shorter one was meant.
  return score - hay.length / 1000;
}

function wordScore(word: string, hay: string): number | null {
  const at = hay.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return new RegExp(`(^|[^a-z0-9])${escaped(word)}`).test(hay) ? 3 : 2;
  return word.length > 1 && subsequence(word, hay) ? 1 : null;
}

function subsequence(word: string, hay: string): boolean {
  let from = 0;
  for (const letter of word) {
    from = hay.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The things that answer, the best first, at most so many; all in their order when nothing is typed. */
export function fuzzyFind<Thing>(
  typed: string,
  things: readonly Thing[],
  textOf: (thing: Thing) => string,
  most = Infinity,
): Thing[] {
  return things
    .map((thing) => ({ thing, score: fuzzyScore(typed, textOf(thing)) }))
    .filter((found): found is { thing: Thing; score: number } => found.score !== null)
    .sort((a, b) => (typed.trim() === '' ? 0 : b.score - a.score))
    .slice(0, most)
    .map(({ thing }) => thing);
}
