import { countEpochs } from '../../runs/experiment/epochs-of-run.ts';
import { meterProgress, type RunSize } from '../../runs/life/progress.ts';
import { recordRun } from '../../runs/life/recorder.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { TrainingRecord } from '../../records/record.ts';
import type { Position } from '../../training/snapshot.ts';

/** Everything that the data sources of a run report. This process alone writes it to the store. */
export interface SourceRecords {
  add(record: TrainingRecord): void;
  flush(): void;
  /** A source has said how much it has. */
  measured(source: number, stepsPerEpoch: number): void;
  /** Forgets what a source did beyond a position (null: everything), as it goes back there. */
  rewind(source: number, position: Position | null): void;
  /** Leaves out the time since the last record, as after a pause. */
  skip(): void;
}

export function recordSources({ store, run, records, log, emit }: Execution): SourceRecords {
  const { experiment } = run;
  const { sources } = experiment;
  const steps = new Map<number, number>();
  const size: RunSize = {
    // Of a source that has not said anything yet the others give an idea.
    get stepsPerEpoch() {
      const known = [...steps.values()].reduce((sum, each) => sum + each, 0);
      return Math.max(1, Math.round((known * sources.count) / Math.max(1, steps.size)));
    },
    get epochs() {
      return count.epochs;
    },
  };
  const recorder = recordRun(records, size);
  const count = countEpochs(experiment, () => {
    recorder.flush();
    return store.epochs(run.id);
  });
  const recorded = (): { steps: number; bytes: number } => ({
    steps: store.stepCount(run.id),
    bytes: store.byteCount(run.id),
  });
  let meter = meterProgress(size, recorded());
  return {
    add(record) {
      recorder.add(record);
      if (record.kind === 'step') {
        count.enter(record);
        emit(meter.step(record));
        return;
      }
      log(record.kind, { ...record });
      emit(record);
      meter.other(record);
    },
    flush: recorder.flush,
    measured: (source, stepsPerEpoch) => void steps.set(source, stepsPerEpoch),
    rewind(source, position) {
      recorder.flush();
      records.rewind(source, position);
      meter = meterProgress(size, recorded());
    },
    skip: () => meter.skip(),
  };
}
