import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { codecSchema } from '../../../../main/offload/codecs/schema.ts';
import { codecChoice, codecNamed, codecNames } from '../../../../main/offload/codecs/table.ts';

/** What is wrong with it, in either of its forms, or null. */
function wrong(codec: unknown): string[] | null {
  const parsed = codecSchema.safeParse(codec);
  if (parsed.success) return null;
  return parsed.error.issues.flatMap((issue) =>
    (issue.code === 'invalid_union' ? issue.errors.flat() : [issue]).map(({ message }) => message),
  );
}

describe('a codec in an experiment', () => {
  it('is a name, or an object with a name and parameters that the codec has', () => {
    for (const name of codecNames) {
      expect(codecSchema.parse(name)).toBe(name);
      expect(codecSchema.parse({ name })).toEqual({ name, ...codecChoice(name).params });
    }
    expect(wrong('float17')).not.toBeNull();
    expect(wrong({})).not.toBeNull();
  });

  it('that there is not is answered with all there are', () => {
    expect(wrong({ name: 'float17' })).toContain(`one of ${codecNames.join(', ')}`);
    expect(wrong({ name: 'int8', levels: 3 })).toEqual(['Unrecognized key: "levels"']);
  });

  it('stands in JSON Schema with its label and what it does', () => {
    const { anyOf } = z.toJSONSchema(codecSchema, { io: 'input' }).$defs!['Codec'] as {
      anyOf: [Record<'enum' | 'enumNames' | 'enumDescriptions', string[]>, { oneOf: unknown[] }];
    };
    const words = codecNames.map((name) => codecNamed(name).words);
    expect(anyOf[0].enum).toEqual(codecNames);
    expect(anyOf[0].enumNames).toEqual(words.map(({ label }) => label));
    expect(anyOf[0].enumDescriptions).toEqual(words.map(({ hint }) => hint ?? ''));
    // A form for all that have no parameters, and one for each that has some.
    const forms = anyOf[1].oneOf as {
      properties: Record<string, { enum?: string[] }>;
      additionalProperties: boolean;
    }[];
    expect(forms.flatMap(({ properties }) => properties['name'].enum).sort()).toEqual([...codecNames].sort());
    for (const { properties } of forms) {
      const { name, ...params } = properties;
      for (const each of name.enum!) expect(Object.keys(params)).toEqual(Object.keys(codecChoice(each).params));
    }
    expect(forms.filter(({ properties }) => Object.keys(properties).length === 1)).toHaveLength(1);
    expect(forms.every(({ additionalProperties }) => !additionalProperties)).toBe(true);
  });
});
