import { numberColumns } from '../../main/records/columns.ts';
import type { RecordName, RecordNamed } from '../../main/records/record.ts';

/** A record with what is known of it; of all other columns there is no number, and no budget. */
export function filledRecord<Name extends RecordName>(
  kind: Name,
  known: Omit<Partial<RecordNamed<Name>>, 'kind'>,
): RecordNamed<Name> {
  const empty = numberColumns(kind).map(({ name, type }) => [name, type === 'budget' ? null : NaN] as const);
  return { kind, ...Object.fromEntries(empty), ...known } as unknown as RecordNamed<Name>;
}
