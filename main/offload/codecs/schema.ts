import { z } from 'zod';
import { codecNamed, codecNames, type CodecInput, type CodecName } from './table.ts';

/** Names of codecs that take the same parameters: a codec and what it is with a compression after it. */
function groups(): Map<z.ZodObject, CodecName[]> {
  const found = new Map<z.ZodObject, CodecName[]>();
  const plain = z.strictObject({});
  for (const name of codecNames) {
    const { params } = codecNamed(name);
    const key = Object.keys(params.shape).length === 0 ? plain : params;
    found.set(key, [...(found.get(key) ?? []), name]);
  }
  return found;
}

const withParams = [...groups()].map(([params, names]) => z.strictObject({ name: z.enum(names), ...params.shape }));

/**
 * A codec in an experiment: its name, or `{name, …}` with parameters. What names mean stands beside them in JSON Schema
 * (`enumNames`, `enumDescriptions`), for forms and editors.
 */
export const codecSchema: z.ZodType<CodecInput, CodecInput> = z
  .union([
    z.enum(codecNames).meta({
      enumNames: codecNames.map((name) => codecNamed(name).words.label),
      enumDescriptions: codecNames.map((name) => codecNamed(name).words.hint ?? ''),
    }),
    z.discriminatedUnion('name', withParams as [(typeof withParams)[number]], {
      error: ({ code }) => (code === 'invalid_union' ? `one of ${codecNames.join(', ')}` : undefined),
    }),
  ])
  .meta({ id: 'Codec' });
