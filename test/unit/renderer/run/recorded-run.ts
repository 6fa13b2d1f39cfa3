import type {
  EpochBatch,
  EpochRecord,
  LabEvents,
  LogPage,
  StepBatch,
  StepColumn,
  StepColumns,
} from '../../../../main/api.ts';
import { byStepColumn } from '../../../../main/records/columns.ts';
import { LabFailure } from '../../../../renderer/lab/failure.ts';
import type { RecordSource } from '../../../../renderer/stores/followed-runs.ts';
import { filledRecord } from '../../../support/filled-record.ts';
import { createStepLog, type StepLog } from '../../../../renderer/stores/step-log.ts';

/** Steps by column; what a row does not name is 0. */
export function stepColumns(rows: readonly Partial<Record<StepColumn, number>>[]): StepColumns {
  return byStepColumn((name) => Float64Array.from(rows, (row) => row[name] ?? 0));
}

/** A log that has read these steps. */
export function stepLog(rows: Parameters<typeof stepColumns>[0]): StepLog {
  const log = createStepLog();
  log.take({ generation: 0, from: 0, row: rows.length, more: false, columns: stepColumns(rows) });
  return log;
}

const stepsPerEpoch = 4;

const epoch = (number: number): EpochRecord =>
  filledRecord('epoch', {
    training: 0,
    phase: 0,
    source: 0,
    epoch: number,
    budget: 4,
    trainLoss: 1,
    trainAccuracy: 0.5,
    testLoss: 1,
    testAccuracy: 0.5,
    bytesUp: 1,
    bytesDown: 1,
    wireUp: 1,
    wireDown: 1,
    samplesPerSecond: 1,
    seconds: number,
  });

/** A lab with the records of any run, which grow by `train` and are told to the window by `tell`. */
export function recordedRun({ pieces }: { readonly pieces: number }): {
  readonly source: RecordSource;
  train(steps: number): void;
  /** Sends the events of what was trained since the last time. */
  tell(): void;
  /** Loses these events. */
  swallow(): void;
  /** Takes all steps from this one on away, as a resume from a checkpoint does. */
  rewind(step: number): void;
  fail(away: boolean): void;
  watched(): readonly string[];
} {
  // Rows are numbered on after a rewind, so they have holes.
  let rows: { readonly row: number; readonly step: number }[] = [];
  let lastRow = 0;
  let told = 0;
  let generation = 0;
  let away = false;
  let watched: readonly string[] = [];
  const listeners: Partial<LabEvents> = {};

  const after = (from: number, limit: number): StepBatch => {
    const found = rows.filter(({ row }) => row > from);
    const piece = found.slice(0, limit);
    const more = found.length > piece.length;
    return { generation, from, row: piece.at(-1)?.row ?? from, more, columns: stepColumns(piece) };
  };
  const epochs = (): EpochBatch => ({
    generation,
    epochs: Array.from({ length: Math.floor(rows.length / stepsPerEpoch) }, (_, i) => epoch(i)),
    pairs: [],
  });
  const log = (from: number): LogPage => ({
    from,
    lines: rows
      .filter(({ step }) => step % stepsPerEpoch === 0)
      .map(({ step }) => ({ at: 0, level: 'info' as const, event: 'step', text: `step ${step}` }))
      .slice(from, from + 2),
  });
  const answer = <Value>(value: Value): Promise<Value> =>
    away ? Promise.reject(new LabFailure({ code: 'away', message: 'The lab is away.' })) : Promise.resolve(value);

  return {
    source: {
      api: {
        steps: (_, row) => answer(after(row, pieces)),
        epochs: () => answer(epochs()),
        log: (_, from) => answer(log(from)),
        watch: (ids) => {
          watched = ids;
          told = lastRow;
          return answer(undefined);
        },
      },
      on: (event, listener) => {
        listeners[event] = listener;
        return () => undefined;
      },
    },
    train: (steps) => {
      const first = rows.length;
      for (let i = 0; i < steps; i++) rows.push({ row: ++lastRow, step: first + i });
    },
    tell: () => {
      listeners.steps?.('a', after(told, Infinity));
      told = lastRow;
      listeners.epochs?.('a', epochs());
    },
    swallow: () => {
      told = lastRow;
    },
    rewind: (step) => {
      rows = rows.slice(0, step);
      generation++;
      told = rows.at(-1)?.row ?? 0;
    },
    fail: (now) => {
      away = now;
    },
    watched: () => watched,
  };
}
