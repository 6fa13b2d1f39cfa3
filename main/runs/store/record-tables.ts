import type { EpochRecord, PairRecord, StepRecord, TrainingRecord } from '../../training/records.ts';
import type { Position } from '../../training/snapshot.ts';
import type { Database, Value } from './database.ts';

/** The records of all runs, in the order they were made. */
export interface RecordTables {
  /** Adds records in one transaction; one that is there already (same training and step, epoch or phase) is replaced. */
  append(run: string, records: readonly TrainingRecord[]): void;
  steps(run: string): StepRecord[];
  /** At most `limit` steps that were added after the one in this row (0: from the start), in the order they came. */
  stepsAfter(run: string, row: number, limit: number): FollowedSteps;
  /** How often records were taken away again; what was read before the last time may be gone. */
  generation(run: string): number;
  stepCount(run: string): number;
  /** Bytes of training traffic in both directions, over all steps. */
  byteCount(run: string): number;
  epochs(run: string): EpochRecord[];
  pairs(run: string): PairRecord[];
  /**
   * Removes what lies beyond a checkpoint (null: everything), so that a resumed run counts nothing twice; of one data
   * source, or of all.
   */
  truncateAfter(run: string, position: Position | null, source?: number): void;
}

/** Steps as they came, and the row to ask from next time. */
export interface FollowedSteps {
  readonly steps: readonly StepRecord[];
  readonly row: number;
}

const columns = {
  steps:
    'training phase source epoch step budget learningRate samples crossEntropy pruneLoss correct bytesUp bytesDown ' +
    'wireUp wireDown clientSeconds wireSeconds serverSeconds waitSeconds gates',
  epochs:
    'training phase source epoch budget trainLoss trainAccuracy testLoss testAccuracy bytesUp bytesDown ' +
    'wireUp wireDown samplesPerSecond seconds',
  pairs: 'training phase source budget testAccuracy testLoss bytesPerSample',
} as const;

type Table = keyof typeof columns;

interface StepRow extends Omit<StepRecord, 'kind' | 'seconds' | 'gates'> {
  readonly clientSeconds: number;
  readonly wireSeconds: number;
  readonly serverSeconds: number;
  readonly waitSeconds: number;
  readonly gates: ArrayBuffer | null;
}

export function recordTables(database: Database): RecordTables {
  const rows = <Row extends object>(table: Table, order: string, run: string): Row[] => {
    const names = columns[table].replaceAll(' ', ', ');
    const sql = `SELECT ${names} FROM ${table} WHERE run = ? ORDER BY training, ${order}`;
    return database.all<Row>(sql, run).map(restoreNaN);
  };
  return {
    append: (run, records) => {
      database.transaction(() => {
        for (const record of records) insert(database, run, record);
      });
    },
    steps: (run) => rows<StepRow>('steps', 'step, source', run).map(toStep),
    stepsAfter: (run, row, limit) => {
      const names = columns.steps.replaceAll(' ', ', ');
      const sql = `SELECT row, ${names} FROM steps WHERE run = ? AND row > ? ORDER BY row LIMIT ?`;
      const found = database.all<StepRow & { row: number }>(sql, run, row, limit).map(restoreNaN);
      const followed = found.map(({ row: at, ...step }) => ({ at, step: toStep(step) }));
      return { steps: followed.map(({ step }) => step), row: followed.at(-1)?.at ?? row };
    },
    generation: (run) => database.all<{ n: number }>('SELECT generation AS n FROM runs WHERE id = ?', run)[0]?.n ?? 0,
    stepCount: (run) => database.all<{ n: number }>('SELECT count(*) AS n FROM steps WHERE run = ?', run)[0]?.n ?? 0,
    byteCount: (run) =>
      database.all<{ n: number }>('SELECT total(bytesUp + bytesDown) AS n FROM steps WHERE run = ?', run)[0]?.n ?? 0,
    epochs: (run) =>
      rows<Omit<EpochRecord, 'kind'>>('epochs', 'epoch, source', run).map((row) => ({ kind: 'epoch', ...row })),
    pairs: (run) =>
      rows<Omit<PairRecord, 'kind'>>('pairs', 'phase, source', run).map((row) => ({ kind: 'pair', ...row })),
    truncateAfter: (run, position, source) => {
      const { training, phase, epoch, step } = position ?? { training: 0, phase: 0, epoch: 0, step: 0 };
      const removeFrom = (table: Table, column: string, from: number): number => {
        const sql = `DELETE FROM ${table} WHERE run = ? AND (training, ${column}) >= (?, ?) AND source = coalesce(?, source)`;
        return database.run(sql, run, training, from, source ?? null).changes;
      };
      database.transaction(() => {
        const removed =
          removeFrom('steps', 'step', step) +
          removeFrom('epochs', 'epoch', epoch) +
          removeFrom('pairs', 'phase', phase);
        if (removed > 0) database.run('UPDATE runs SET generation = generation + 1 WHERE id = ?', run);
      });
    },
  };
}

function insert(database: Database, run: string, record: TrainingRecord): void {
  const [table, row] = toRow(record);
  const names = columns[table].split(' ');
  const sql = `INSERT OR REPLACE INTO ${table} (run, ${names.join(', ')}) VALUES (?${', ?'.repeat(names.length)})`;
  database.run(sql, run, ...names.map((name) => row[name] ?? null));
}

function toRow(record: TrainingRecord): [Table, Readonly<Record<string, Value>>] {
  switch (record.kind) {
    case 'step': {
      const { seconds, gates, ...row } = record;
      const times = {
        clientSeconds: seconds.client,
        wireSeconds: seconds.wire,
        serverSeconds: seconds.server,
        waitSeconds: seconds.wait,
      };
      // libsql takes the whole buffer of any view but a byte array's.
      const blob = gates ? new Uint8Array(gates.buffer, gates.byteOffset, gates.byteLength) : null;
      return ['steps', { ...row, ...times, gates: blob }];
    }
    case 'epoch':
      return ['epochs', { ...record }];
    case 'pair':
      return ['pairs', { ...record }];
  }
}

function toStep({ clientSeconds, wireSeconds, serverSeconds, waitSeconds, gates, ...row }: StepRow): StepRecord {
  const seconds = { client: clientSeconds, wire: wireSeconds, server: serverSeconds, wait: waitSeconds };
  return { kind: 'step', ...row, seconds, ...(gates ? { gates: new Float32Array(gates) } : {}) };
}

/** SQLite has no NaN (a diverged loss) and stores null; the only numbers that may really be null are budgets. */
function restoreNaN<Row extends object>(row: Row): Row {
  const lost = Object.entries(row).filter(([name, value]) => value === null && name !== 'budget' && name !== 'gates');
  return lost.length === 0 ? row : { ...row, ...Object.fromEntries(lost.map(([name]) => [name, NaN])) };
}
