import type { JsonSchema } from '../../main/api.ts';
import { hasFields } from '../../main/fields.ts';

/** The dotted paths of all fields that hold a value; those of the items of a list stand for the first of them. */
export function leaves(schema: JsonSchema): string[] {
  return leavesAt(schema, schema, []);
}

function leavesAt(schema: JsonSchema, at: unknown, path: readonly string[]): string[] {
  const inner = branchesOf(schema, at).flatMap(({ properties, items }) => {
    if (hasFields(properties)) {
      return Object.entries(properties).flatMap(([name, field]) => leavesAt(schema, field, [...path, name]));
    }
    const parts = leavesAt(schema, items, [...path, '0']);
    return parts.length > 1 ? parts : [];
  });
  return inner.length > 0 ? inner : [path.join('.')];
}

/** What a value may be, references followed. */
function branchesOf(schema: JsonSchema, at: unknown): JsonSchema[] {
  if (!hasFields(at)) return [];
  const { $ref: reference, anyOf } = at;
  if (typeof reference === 'string') {
    const definitions = schema['$defs'] as JsonSchema;
    return branchesOf(schema, definitions[reference.replace('#/$defs/', '')]);
  }
  return Array.isArray(anyOf) ? anyOf.flatMap((branch) => branchesOf(schema, branch)) : [at];
}
