/** A piece of a filter as it was typed. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'sign';
  /** Of what is quoted, what stands between the quotes. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

const pattern =
  /(?<space>\s+)|(?<sign>\.\.|<=|>=|!=|!~|==|[=<>~:()[\],])|(?<quoted>"[^"]*"?|'[^']*'?)|(?<word>(?:(?!\.\.)[^\s()[\],"'=<>!~:])+)|(?<other>.)/gsu;

/** All pieces in their order. A quote that is not closed goes to the end; what fits nowhere is a sign. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const { space, quoted, word } = match.groups!;
    if (space !== undefined) continue;
    const [whole] = match;
    const place = { at: match.index, end: match.index + whole.length };
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unquoted(quoted), ...place });
    else tokens.push({ kind: word === undefined ? 'sign' : 'word', text: whole, ...place });
  }
  return tokens;
}

function unquoted(text: string): string {
  const isClosed = text.length > 1 && text.endsWith(text[0]);
  return text.slice(1, isClosed ? -1 : undefined);
}

/** A value as a filter has to have it: in quotes where it would not be one word. */
export function quotedWhereNeeded(text: string): string {
  const [only, ...more] = tokensOf(text);
  const isPlain = only?.kind === 'word' && more.length === 0 && only.text === text && !isKeyword(text);
  return isPlain ? text : text.includes('"') ? `'${text}'` : `"${text}"`;
}

export function isKeyword(text: string): boolean {
  return /^(and|or|not|in|none)$/i.test(text);
}
