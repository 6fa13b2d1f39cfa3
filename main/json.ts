import { SluiceError } from './errors.ts';

/** The text of a file that a person wrote. Throws `bad-file` for one that is not UTF-8. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    // Editors on Windows may put a byte order mark before the text; the decoder leaves it out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const lenient = new TextDecoder().decode(bytes);
    const line = lenient.slice(0, lenient.indexOf('\ufffd')).split('\n').length;
    throw new SluiceError('bad-file', `is not UTF-8 text from line ${line} on: save it as UTF-8`, { cause: error });
  }
}

/** What JSON says, where no object has a field twice. Throws what JSON.parse throws, and `bad-file` for such a field. */
export function parseJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  const twice = repeatedKey(text);
  if (twice === null) return value;
  throw new SluiceError('bad-file', `has "${twice}" twice: leave one of them out`, { path: twice });
}

/** An object or a list that is being read: its keys so far, or the number of its current item. */
interface Level {
  readonly keys: Set<string> | null;
  at: string | number;
}

/** The dotted path of the first key that an object of well-formed JSON has twice; null where there is none. */
function repeatedKey(text: string): string | null {
  const levels: Level[] = [];
  let latest = '';
  for (const token of tokens(text)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), at: '' });
    else if (token === '[') levels.push({ keys: null, at: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level && typeof level.at === 'number') level.at++;
    else if (token === ':' && level?.keys) {
      const name = JSON.parse(latest) as string;
      level.at = name;
      if (level.keys.has(name)) return levels.map(({ at }) => at).join('.');
      level.keys.add(name);
    }
    latest = token;
  }
  return null;
}

/** Texts with their quotes, and what stands between values. No regular expression: a long text exhausts its stack. */
function* tokens(json: string): Generator<string> {
  for (let at = 0; at < json.length; at++) {
    if (json[at] === '"') {
      const start = at;
      do at = json.indexOf('"', at + 1);
      while (isEscaped(json, at));
      yield json.slice(start, at + 1);
    } else if ('{}[],:'.includes(json[at])) yield json[at];
  }
}

function isEscaped(json: string, at: number): boolean {
  let before = at;
  while (json[before - 1] === '\\') before--;
  return (at - before) % 2 === 1;
}
