import type { JsonSchema } from '../../../main/api.ts';
import { hasFields } from '../../../main/fields.ts';

/** What the schema says of one field. */
export interface FieldSchema {
  readonly description: string;
  readonly kind: 'number' | 'integer' | 'choice' | 'switch' | 'text' | 'other';
  readonly choices: readonly string[];
  /** Choices in words, and what they mean, where the schema says so. */
  readonly labels: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, string>>;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Whether the minimum or maximum itself is out of range. */
  readonly openBelow: boolean;
  readonly openAbove: boolean;
  /** Values to begin with. */
  readonly examples: readonly unknown[];
  readonly default: unknown;
}

/** The field at a path of an experiment's schema; null where the schema knows none. */
export function fieldSchema(schema: JsonSchema, path: string): FieldSchema | null {
  const found = schemaAt(schema, path);
  return found && described(found, schema);
}

/** The fields that the object at a path has beside its name when it is called so: none for what is a name alone. */
export function variantFields(schema: JsonSchema, path: string, name: string): Readonly<Record<string, FieldSchema>> {
  const variant = branches(schemaAt(schema, path), schema)
    .map(({ properties }) => (hasFields(properties) ? properties : {}))
    .find(({ name: names }) => hasFields(names) && Array.isArray(names['enum']) && names['enum'].includes(name));
  const others = Object.entries(variant ?? {}).filter(([key]) => key !== 'name');
  return Object.fromEntries(others.map(([key, field]) => [key, described(field as JsonSchema, schema)]));
}

function schemaAt(schema: JsonSchema, path: string): JsonSchema | null {
  return path.split('.').reduce<JsonSchema | null>((at, key) => at && inside(at, key, schema), schema);
}

/** Of what may be several things, null among them, the one that `wanted` picks; references are followed. */
function branches(at: unknown, root: JsonSchema): JsonSchema[] {
  if (!hasFields(at)) return [];
  const reference = at['$ref'];
  if (typeof reference === 'string') {
    const definitions = root['$defs'];
    return hasFields(definitions) ? branches(definitions[reference.replace('#/$defs/', '')], root) : [];
  }
  const any = at['anyOf'] ?? at['oneOf'];
  return Array.isArray(any) ? any.flatMap((branch) => branches(branch, root)) : [at];
}

function inside(at: JsonSchema, key: string, root: JsonSchema): JsonSchema | null {
  for (const branch of branches(at, root)) {
    if (Array.isArray(branch['items']) || hasFields(branch['items'])) return branch['items'] as JsonSchema;
    const properties = branch['properties'];
    if (hasFields(properties) && hasFields(properties[key])) return properties[key];
  }
  return null;
}

function described(field: JsonSchema, root: JsonSchema): FieldSchema {
  const all = branches(field, root);
  const first = all[0] ?? field;
  const choices = all.flatMap((branch) => (Array.isArray(branch['enum']) ? (branch['enum'] as string[]) : []));
  const number = (key: string): number | undefined => {
    const limit = first[key];
    return typeof limit === 'number' ? limit : undefined;
  };
  return {
    description: [field, ...all].map((part) => part['description']).find((text) => typeof text === 'string') ?? '',
    kind: kindOf(first, choices),
    choices,
    labels: wordsOf(all, 'enumNames'),
    hints: wordsOf(all, 'enumDescriptions'),
    minimum: number('minimum') ?? number('exclusiveMinimum'),
    maximum: number('maximum') ?? number('exclusiveMaximum'),
    openBelow: number('exclusiveMinimum') !== undefined,
    openAbove: number('exclusiveMaximum') !== undefined,
    examples: all.flatMap((branch) => (Array.isArray(branch['examples']) ? (branch['examples'] as unknown[]) : [])),
    default: field['default'],
  };
}

/** What a list beside the choices says of each. */
function wordsOf(all: readonly JsonSchema[], key: 'enumNames' | 'enumDescriptions'): Record<string, string> {
  return Object.fromEntries(
    all.flatMap((branch) => {
      const words = branch[key];
      const choices = branch['enum'];
      if (!Array.isArray(words) || !Array.isArray(choices)) return [];
      return (choices as string[]).map((choice, i) => [choice, words[i] as string] as const).filter(([, text]) => text);
    }),
  );
}

function kindOf(field: JsonSchema, choices: readonly string[]): FieldSchema['kind'] {
  if (choices.length > 0) return 'choice';
  switch (field['type']) {
    case 'integer':
    case 'number':
      return field['type'];
    case 'boolean':
      return 'switch';
    case 'string':
      return 'text';
    default:
      return 'other';
  }
}
