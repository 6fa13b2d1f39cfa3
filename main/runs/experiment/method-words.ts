import { hasFields } from '../../fields.ts';
import { methods } from '../../training/methods/index.ts';
import type { Method } from '../../training/methods/method.ts';

/** What the help of fields says of the methods, from their table. */

const all: readonly Method[] = methods;

/** `deprune: rising budgets; prune: …`. */
export const methodsHelp = all.map(({ name, words }) => `${name}: ${words.help}`).join('; ');

/** The methods that have no module. */
export const withoutModule = listed(all.filter(({ module }) => !module).map(({ name }) => name));

/** What methods want at a dotted path instead of the general default: `0.001 unless given for prune and scratch`. */
export function ownDefaults(path: string): string {
  const byValue = new Map<string, string[]>();
  for (const { name, defaults } of all) {
    const value = path.split('.').reduce<unknown>((at, key) => (hasFields(at) ? at[key] : undefined), defaults);
    if (value === undefined) continue;
    const text = valueText(value);
    byValue.set(text, [...(byValue.get(text) ?? []), name]);
  }
  return [...byValue].map(([value, names]) => `${value} unless given for ${listed(names)}`).join('; ');
}

/** Of phases their budgets. */
function valueText(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return listed(value.map((item: unknown) => String(hasFields(item) ? item['budget'] : item)));
}

function listed(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}` : words.join();
}
