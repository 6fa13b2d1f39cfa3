import { shallowReactive } from 'vue';
import type { EpochBatch, EpochRecord, LabApi, LogLine, LogPage, PairRecord, StepBatch } from '../../main/api.ts';
import { failureOf } from '../lab/failure.ts';
import { createStepLog, type StepLog } from './step-log.ts';

/** What a view may depend on. */
export interface RecordsState {
  /** Counts changes of what is outside of reactivity, at most two a second. */
  version: number;
  /** `stale`: what is shown is not all there is, for the reason in `error`. */
  status: 'loading' | 'ready' | 'stale';
  error: string | null;
}

/** All records of one run as read so far: plain arrays that `state.version` says anew. */
export interface RunRecords {
  readonly id: string;
  readonly state: Readonly<RecordsState>;
  readonly steps: Pick<StepLog, 'columns' | 'count' | 'totals'>;
  readonly epochs: readonly EpochRecord[];
  readonly pairs: readonly PairRecord[];
  readonly log: readonly LogLine[];
}

/** A run's records with the ways they come in. */
export interface FollowedRun {
  readonly records: RunRecords;
  /** Reads all that is missing; a second call meanwhile makes the first one look again. */
  catchUp(): Promise<void>;
  takeSteps(batch: StepBatch): void;
  takeEpochs(batch: EpochBatch): void;
  takeLog(page: LogPage): void;
  end(): void;
}

/**
 * Milliseconds between two changes that views are told of: the more steps there are, the less a few more can be seen,
 * and the more it costs to draw them all.
 */
function pauseAfter(steps: number): number {
  return 500 * Math.min(4, Math.max(1, steps / 20_000));
}

/** Follows one run from its first row on. */
export function followRun(id: string, lab: Pick<LabApi, 'steps' | 'epochs' | 'log'>): FollowedRun {
  const state = shallowReactive<RecordsState>({ version: 0, status: 'loading', error: null });
  const steps = createStepLog();
  let log: readonly LogLine[] = [];
  let epochs: EpochBatch = { generation: 0, epochs: [], pairs: [] };
  let reading: Promise<void> | null = null;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const tell = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    state.version++;
  };
  const changed = (): void => {
    timer ??= setTimeout(tell, pauseAfter(steps.count));
  };
  const takeEpochs = (batch: EpochBatch): void => {
    if (batch.generation < epochs.generation) return;
    epochs = batch;
    changed();
  };
  /** Returns whether lines before the page are missing. */
  const takeLog = ({ from, lines }: LogPage): boolean => {
    if (from > log.length) return true;
    if (from + lines.length > log.length) {
      log = [...log, ...lines.slice(log.length - from)];
      changed();
    }
    return false;
  };
  const readSteps = async (): Promise<void> => {
    for (;;) {
      const batch = await lab.steps(id, steps.row);
      // Rows before the one asked for were taken away meanwhile: the log is empty now, and reading starts over.
      const taken = steps.take(batch);
      changed();
      if (taken !== 'missing' && !batch.more) return;
    }
  };
  const readLog = async (): Promise<void> => {
    for (;;) {
      const page = await lab.log(id, log.length);
      takeLog(page);
      if (page.lines.length === 0) return;
    }
  };
  const read = async (): Promise<void> => {
    try {
      do {
        again = false;
        takeEpochs(await lab.epochs(id));
        await Promise.all([readSteps(), readLog()]);
      } while (again);
      Object.assign(state, { status: 'ready', error: null });
    } catch (error) {
      Object.assign(state, { status: 'stale', error: failureOf(error).message });
    }
    tell();
  };
  const catchUp = (): Promise<void> => {
    again = true;
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };

  const records: RunRecords = {
    id,
    state,
    steps,
    get epochs() {
      return epochs.epochs;
    },
    get pairs() {
      return epochs.pairs;
    },
    get log() {
      return log;
    },
  };
  return {
    records,
    catchUp,
    takeSteps: (batch) => {
      const taken = steps.take(batch);
      if (taken === 'taken') changed();
      if (taken === 'missing') void catchUp();
    },
    takeEpochs,
    takeLog: (page) => {
      if (takeLog(page)) void catchUp();
    },
    end: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
