/** A column of a DataTable. Cells show what the slot of the column's name gives, or else `text`. */
export interface Column<Row> {
  readonly name: string;
  readonly label: string;
  /** As of a grid track: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly align?: 'start' | 'end';
  readonly text?: (row: Row) => string;
  /** What the column is sorted by; null has its place at the end whichever way it goes. */
  readonly order?: (row: Row) => string | number | null;
  /** Sorted from most to least at the first click. */
  readonly mostFirst?: boolean;
}

export interface Sorting {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The rows in the order asked for; those that are alike stay as they were. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): readonly Row[] {
  const order = columns.find(({ name }) => name === sorting?.column)?.order;
  if (!order) return rows;
  const sign = sorting?.direction === 'descending' ? -1 : 1;
  return rows
    .map((row) => ({ row, key: order(row) }))
    .sort((a, b) => compareKeys(a.key, b.key, sign))
    .map(({ row }) => row);
}

function compareKeys(a: string | number | null, b: string | number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b)));
}

/** What a click on a column's head asks for. */
export function nextSorting<Row>(column: Column<Row>, now: Sorting | null): Sorting {
  const first = column.mostFirst ? 'descending' : 'ascending';
  if (now?.column !== column.name) return { column: column.name, direction: first };
  return { column: column.name, direction: now.direction === 'ascending' ? 'descending' : 'ascending' };
}

/** The ids between two places, both included, in either direction. */
export function idsBetween(ids: readonly string[], a: number, b: number): readonly string[] {
  return ids.slice(Math.max(0, Math.min(a, b)), Math.max(a, b) + 1);
}

/** The row a key goes to from another, or null for a key that goes nowhere. */
export function movedRow(key: string, at: number, rows: number, page: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: rows - 1,
  };
  const to = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return to === undefined || rows === 0 ? null : Math.min(rows - 1, Math.max(0, to));
}
