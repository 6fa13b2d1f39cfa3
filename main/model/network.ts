import { z } from 'zod';
import { SluiceError } from '../errors.ts';
import { entryTypes } from './entries/index.ts';
import { count } from './entries/window.ts';
import type { Entry, NetworkSpec } from './spec.ts';

const entry: z.ZodType<Entry> = z.lazy(() => {
  const [first, ...rest] = entryTypes.map(({ schema }) => schema(entry));
  const error = `expected one of ${entryTypes.map(({ type }) => type).join(', ')}`;
  return z.discriminatedUnion('type', [first, ...rest], { error });
});

const networkSchema: z.ZodType<NetworkSpec> = z.strictObject({
  name: z.string(),
  input: z.tuple([count, count, count]),
  classes: count,
  body: z.array(entry),
  head: z.array(entry),
});

/** Reads a network that is data. Throws `bad-network`, which names the first field that is wrong. */
export function parseNetwork(value: unknown): NetworkSpec {
  const parsed = networkSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  const found = path.reduce<unknown>((around, key) => (around as Readonly<Record<PropertyKey, unknown>>)[key], value);
  const field = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const name = `network${field}`;
  const expected = message.replace(/^[^:"]+: (?=expected)/, '');
  throw new SluiceError('bad-network', `${name} is ${JSON.stringify(found) ?? 'missing'}: ${expected}`, { path: name });
}
