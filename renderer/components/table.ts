import { inOrderOf, type Key } from '../../main/listing/order.ts';

/** A column of a DataTable. Cells show what the slot of the column's name gives, or else `text`. */
export interface Column<Row> {
  readonly name: string;
  readonly label: string;
  /** As of a grid track: `120px`, `minmax(160px, 2fr)`. */
  readonly width: string;
  readonly align?: 'start' | 'end';
  readonly text?: (row: Row) => string;
  /** What the column is sorted by; null has its place at the end whichever way it goes. */
  readonly order?: (row: Row) => Key;
  /** Sorted from most to least at the first click. */
  readonly mostFirst?: boolean;
  /** What it has, where its label does not say it all. */
  readonly help?: string;
}

export interface Sorting {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

/** The rows in the order asked for; those that are alike stay as they were. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): readonly Row[] {
  const order = columns.find(({ name }) => name === sorting?.column)?.order;
  if (!order) return rows;
  return inOrderOf(rows, order, sorting?.direction === 'descending');
}

/** What a click on a column's head asks for. */
export function nextSorting<Row>(column: Column<Row>, now: Sorting | null): Sorting {
  const first = column.mostFirst ? 'descending' : 'ascending';
  if (now?.column !== column.name) return { column: column.name, direction: first };
  return { column: column.name, direction: now.direction === 'ascending' ? 'descending' : 'ascending' };
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
