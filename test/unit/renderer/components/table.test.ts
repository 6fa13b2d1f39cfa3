import { mount, type VueWrapper } from '@vue/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import { nextTick } from 'vue';
import DataTable from '../../../../renderer/components/DataTable.vue';
import { nextSorting, sortRows, type Column } from '../../../../renderer/components/table.ts';
import { giveSize } from '../in-lab.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly best: number | null;
}

const columns: readonly Column<Row>[] = [
  { name: 'name', label: 'Name', width: '1fr', text: ({ name }) => name, order: ({ name }) => name },
  { name: 'best', label: 'Best', width: '80px', mostFirst: true, order: ({ best }) => best },
];
const row = (id: string, name: string, best: number | null): Row => ({ id, name, best });

describe('sorting', () => {
  const rows = [row('a', 'run 10', 0.5), row('b', 'run 9', null), row('c', 'Run 9', 0.7)];
  const ids = (sorted: readonly Row[]): string => sorted.map(({ id }) => id).join('');

  it('takes numbers in names as numbers and leaves those alike in place', () => {
    expect(ids(sortRows(rows, columns, { column: 'name', direction: 'ascending' }))).toBe('bca');
  });

  it('puts what is unknown last either way', () => {
    expect(ids(sortRows(rows, columns, { column: 'best', direction: 'ascending' }))).toBe('acb');
    expect(ids(sortRows(rows, columns, { column: 'best', direction: 'descending' }))).toBe('cab');
  });

  it('begins with the most where that is what is looked for', () => {
    const [name, best] = columns;
    expect(nextSorting(best, null).direction).toBe('descending');
    expect(nextSorting(best, nextSorting(best, null)).direction).toBe('ascending');
    expect(nextSorting(name, nextSorting(best, null))).toEqual({ column: 'name', direction: 'ascending' });
  });
});

describe('a table', () => {
  beforeAll(() => giveSize(800, 400));

  const thousand = Array.from({ length: 1000 }, (_, i) => row(`r${i}`, `run ${i}`, i));
  function show(rows: readonly Row[] = thousand): VueWrapper {
    return mount(DataTable<Row>, {
      attachTo: document.body,
      props: { rows, columns, rowId: ({ id }: Row) => id, label: 'Runs', selectable: true, openable: true },
    });
  }
  const active = (table: VueWrapper): string | undefined =>
    table.find('[role=grid]').attributes('aria-activedescendant')?.split('-').at(-1);
  const selected = (table: VueWrapper): string[] => {
    const last = table.emitted<[ReadonlySet<string>]>('update:selected')?.at(-1)?.[0];
    return [...(last ?? [])];
  };
  async function press(table: VueWrapper, key: string, shiftKey = false): Promise<void> {
    await table.find('[role=grid]').trigger('keydown', { key, shiftKey });
  }

  it('has of a thousand rows those in sight alone, and says how many there are', async () => {
    const table = show();
    await nextTick();
    expect(table.findAll('.body').length).toBeGreaterThan(8);
    expect(table.findAll('.body').length).toBeLessThan(40);
    expect(table.find('[role=grid]').attributes('aria-rowcount')).toBe('1001');
    table.unmount();
  });

  it('is moved in, chosen from and opened by keyboard', async () => {
    const table = show();
    await press(table, 'ArrowDown');
    await press(table, 'ArrowDown');
    expect(active(table)).toBe('r2');
    await press(table, ' ');
    expect(selected(table)).toEqual(['r2']);
    await table.setProps({ selected: new Set(['r2']) });
    await press(table, 'ArrowDown', true);
    await press(table, 'ArrowDown', true);
    expect(selected(table)).toEqual(['r2', 'r3', 'r4']);
    await press(table, 'End');
    expect(active(table)).toBe('r999');
    await press(table, 'Enter');
    expect(table.emitted('open')).toEqual([[thousand[999]]]);
    table.unmount();
  });

  it('stays at its row when others come before it', async () => {
    const table = show(thousand.slice(5, 9));
    await press(table, 'ArrowDown');
    expect(active(table)).toBe('r6');
    await table.setProps({ rows: thousand.slice(0, 9) });
    expect(active(table)).toBe('r6');
    table.unmount();
  });

  it('leaves keys in its cells to the controls there', async () => {
    const table = show();
    await table.find('.sort').trigger('keydown', { key: 'End' });
    expect(active(table)).toBe('r0');
    table.unmount();
  });

  it('sorts by its heads and says so', async () => {
    const table = show();
    await table.findAll('.sort')[1].trigger('click');
    expect(table.findAll('[role=columnheader]').at(-1)?.attributes('aria-sort')).toBe('descending');
    table.unmount();
  });
});
