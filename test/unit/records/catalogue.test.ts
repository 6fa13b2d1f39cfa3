import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../../main/charts/spec.ts';
import type { ColumnType } from '../../../main/records/column.ts';
import { columnsOf, recordNames, stepColumns, timeParts } from '../../../main/records/columns.ts';
import { records } from '../../../main/records/index.ts';
import type { RecordName } from '../../../main/records/record.ts';
import { openDatabase } from '../../../main/runs/store/database.ts';
import { temporaryFolder } from '../../support/run-store.ts';

interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
}

const stored: Readonly<Record<ColumnType, string>> = {
  count: 'INTEGER',
  real: 'REAL',
  budget: 'INTEGER',
  values: 'BLOB',
};
/** What the store adds: whose record it is, and where steps stand in the order they came. */
const ofStore = new Set(['run', 'row']);

describe('the catalogue of columns', () => {
  it.each(recordNames)('is what the database has of a record: %s', (name) => {
    const database = openDatabase(join(temporaryFolder(), 'sluice.db'));
    const found = database.all<TableColumn>(`PRAGMA table_info(${records[name].table})`);
    database.close();
    const expected = columnsOf(name).map((column) => [column.name, stored[column.type], !column.nullable]);
    expect(
      new Set(
        found.filter((each) => !ofStore.has(each.name)).map((each) => [each.name, each.type, each.notnull === 1]),
      ),
    ).toEqual(new Set(expected));
  });

  it.each(recordNames)('names every column of a record once, and the place that orders it: %s', (name) => {
    const names = columnsOf(name).map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    for (const place of ['training', 'source', records[name].order]) expect(names).toContain(place);
  });

  it('keeps the order of columns and metrics that people know', () => {
    const first = (all: readonly string[], text: string): void =>
      expect(all.slice(0, text.split(' ').length)).toEqual(text.split(' '));
    const names = (kind: RecordName): string[] => columnsOf(kind).map(({ name }) => name);
    first(
      names('epoch'),
      'training phase source epoch budget trainLoss trainAccuracy testLoss testAccuracy bytesUp bytesDown wireUp ' +
        'wireDown samplesPerSecond seconds',
    );
    first(names('pair'), 'training phase source budget testAccuracy testLoss bytesPerSample');
    first(
      metrics,
      'accuracy train-accuracy test-loss loss prune-loss bytes bytes-up bytes-down step-bytes throughput learning-rate',
    );
    expect(new Set(metrics).size).toBe(metrics.length);
  });

  it('has the parts that the chart of step times stacks, with their names and colours', () => {
    expect(timeParts).toEqual([
      { column: 'clientSeconds', name: 'Client', where: 'this device', look: 0 },
      { column: 'wireSeconds', name: 'Wire', where: 'the network', look: 1 },
      { column: 'serverSeconds', name: 'Server', where: 'the server', look: 2 },
      { column: 'waitSeconds', name: 'Wait', where: 'waiting', look: 6 },
    ]);
  });

  it('is what the documentation calls columns', () => {
    const text = ['network.md', 'exporting.md'].map((file) => readFileSync(`docs/${file}`, 'utf8')).join('\n');
    const named = [...text.matchAll(/`([a-z]+(?:Up|Down|Seconds))`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(4);
    expect(stepColumns).toEqual(expect.arrayContaining(named));
  });
});
