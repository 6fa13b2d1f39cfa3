import { describe, expect, it, vi } from 'vitest';
import { namedChart } from '../../../main/charts/kinds/table.ts';
import { exportChart } from '../../../main/exports/export.ts';
import { exportCsv, exportJson } from '../../../main/exports/tables/export.ts';
import { openReader } from '../../../main/lab/records/reader.ts';
import { checkMessage } from '../../../main/processes/source/elsewhere/check.ts';
import type { MeasuredColumn } from '../../../main/records/column.ts';
import type * as catalogue from '../../../main/records/index.ts';
import type { StepRecord } from '../../../main/records/record.ts';
import type * as formats from '../../../main/runs/store/migrations.ts';
import { createStepLog } from '../../../renderer/stores/step-log.ts';
import { experiment, stepRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

/** A column that Sluice has not: the energy that a device took for a step. */
const { energy } = vi.hoisted<{ readonly energy: MeasuredColumn }>(() => ({
  energy: {
    role: 'measured',
    name: 'energy',
    type: 'real',
    unit: 'J',
    nullable: true,
    words: 'Energy of the device',
    note: 'as its battery says',
    together: 'sum',
    chart: { metric: 'energy', smoothable: true, fromZero: true },
  },
}));

vi.mock('../../../main/records/index.ts', async (original) => {
  const { records } = await original<typeof catalogue>();
  return { records: { ...records, step: { ...records.step, columns: [...records.step.columns, energy] } } };
});

vi.mock('../../../main/runs/store/migrations.ts', async (original) => {
  const { migrations } = await original<typeof formats>();
  return { migrations: [...migrations, [`ALTER TABLE steps ADD COLUMN energy REAL`]] };
});

/** What a producer makes that measures energy. */
function measured(step: number, joules: number, changes: Partial<StepRecord> = {}): StepRecord {
  return Object.assign(stepRecord(step, changes), { energy: joules });
}

/** What one makes that does not know the column. */
function unmeasured(step: number): StepRecord {
  const known = Object.entries(stepRecord(step)).filter(([name]) => name !== energy.name);
  return Object.fromEntries(known) as unknown as StepRecord;
}

function measuredRun(count = 1) {
  const store = openTestStore(temporaryFolder());
  const run = store.create(experiment({ name: 'deprune', sources: { count } }), 1);
  return { store, run };
}

const paper = {
  widthMm: 85,
  heightMm: 60,
  dpi: 150,
  fontFamily: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
} as const;

describe('a column that is new in catalogue and store', () => {
  it('is stored and read back, and not a number where it was not measured', () => {
    const { store, run } = measuredRun();
    store.append(run.id, [measured(0, 1.5), unmeasured(1)]);
    expect(store.steps(run.id)).toEqual([measured(0, 1.5), measured(1, NaN)]);
    expect(store.stepsAfter(run.id, 0, 1).steps).toEqual([measured(0, 1.5)]);
  });

  it('is exported as CSV and JSON', () => {
    const { store, run } = measuredRun();
    store.append(run.id, [measured(0, 1.5)]);
    const [header, row] = [...exportCsv(store, run, 'steps')].map((line) => line.trim().split(','));
    expect(row[header.indexOf('energy')]).toBe('1.5');
    const document = JSON.parse([...exportJson(store, run, ['steps'])].join('')) as { steps: object[] };
    expect(document.steps[0]).toMatchObject({ energy: 1.5 });
  });

  it('is told of in the help of the terminal', async () => {
    const { Command } = await import('commander');
    const { addExportCommand } = await import('../../../main/cli/export.ts');
    const program = new Command();
    addExportCommand(program);
    let help = '';
    program.commands[0].configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const [, columns, charts] = /Columns of CSV([\s\S]*?)Charts:([\s\S]*?)Examples/.exec(help)!;
    expect(columns).toContain('energy (as its battery says)');
    expect(charts).toMatch(/learning-rate,[^:]*\benergy\b/);
  });

  it('is accepted from a source that joined, as its type is', () => {
    const message = { kind: 'record', record: measured(0, 1.5) };
    expect(checkMessage(message)).toEqual(message);
    const wrong = { kind: 'record', record: { ...message.record, energy: 'much' } };
    expect(() => checkMessage(wrong)).toThrow(/record\.energy/);
    expect(() => checkMessage({ kind: 'record', record: unmeasured(0) })).toThrow(/record\.energy/);
  });

  it('comes to the window with the other columns', () => {
    const { store, run } = measuredRun();
    store.append(run.id, [measured(0, 1.5), measured(1, 2)]);
    const batch = openReader(store, { steps: vi.fn(), epochs: vi.fn(), log: vi.fn() }).steps(run.id, 0);
    const log = createStepLog();
    expect(log.take(batch)).toBe('taken');
    expect(log.columns).toMatchObject({ step: Float64Array.of(0, 1), energy: Float64Array.of(1.5, 2) });
  });

  it('is drawn with its words and its unit, of several sources together', async () => {
    const { store, run } = measuredRun(2);
    const steps = [0, 1, 2].flatMap((step) => [measured(step, step), measured(step, 10, { source: 1 })]);
    store.append(run.id, steps);
    const chart = namedChart('energy-step', { plan: undefined })!;
    const drawn = async (format: 'svg' | 'csv'): Promise<string> => {
      const { data } = await exportChart(store, { runs: [run.id], chart, format, paper });
      return new TextDecoder().decode(data);
    };
    expect(await drawn('svg')).toContain('Energy of the device (J)');
    const rows = (await drawn('csv')).split('\r\n').filter((line) => !line.startsWith('#'));
    expect(rows[0].endsWith(',energy')).toBe(true);
    expect(rows.slice(1, 4).map((row) => row.split(',').at(-1))).toEqual(['10', '11', '12']);
  });
});
