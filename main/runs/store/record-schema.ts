import { z } from 'zod';
import type { Column } from '../../records/column.ts';
import { columnsOf } from '../../records/columns.ts';
import type { RecordName, RecordNamed } from '../../records/record.ts';

export const count = z.int().min(0);
/** A diverged loss is not finite. */
export const real = z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity])]);

const types: Readonly<Record<Column['type'], z.ZodType>> = {
  count,
  real,
  budget: z.int().min(1).nullable(),
  values: z.instanceof(Float32Array).optional(),
};

/** What a record of a kind has to be: its columns and nothing else. */
function recordSchema<Name extends RecordName>(
  name: Name,
): z.ZodObject<{ kind: z.ZodLiteral<Name> } & Shape<Omit<RecordNamed<Name>, 'kind'>>> {
  const columns = columnsOf(name).map((column) => [column.name, schemaOf(column)] as const);
  const shape = { kind: z.literal(name), ...Object.fromEntries(columns) };
  return z.strictObject(shape) as unknown as ReturnType<typeof recordSchema<Name>>;
}

/** A record of any kind that comes from elsewhere. */
export const anyRecordSchema = z.discriminatedUnion('kind', [
  recordSchema('step'),
  recordSchema('epoch'),
  recordSchema('pair'),
]);

type Shape<Fields> = { [Field in keyof Fields]-?: z.ZodType<Fields[Field]> };

/** What the store may have as null where it counts is not a number in a record. */
function schemaOf({ type, nullable }: Column): z.ZodType {
  return type === 'count' && nullable ? z.union([count, z.nan()]) : types[type];
}
