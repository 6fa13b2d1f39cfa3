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
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), at: '' });
    else if (token === '[') levels.push({ keys: null, at: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level && typeof level.at === 'number') level.at++;
    else if (key !== undefined && level?.keys) {
      const name = JSON.parse(key) as string;
      level.at = name;
      if (level.keys.has(name)) return levels.map(({ at }) => at).join('.');
      level.keys.add(name);
    }
  }
  return null;
}
