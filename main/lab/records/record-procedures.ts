import { gateHistory } from '../../exports/charts/gate-history.ts';
import type { LabState, Procedures } from '../lab-state.ts';
import type { Reader } from './reader.ts';
import { readLog } from './run-log.ts';

/** Procedures about the records of runs, for the window whose reader it is. */
export function recordProcedures(
  { store, changed }: LabState,
  reader: Reader,
): Procedures<'steps' | 'epochs' | 'gates' | 'log' | 'watch'> {
  return {
    steps: (id, row) => reader.steps(id, row),
    epochs: (id) => reader.epochs(id),
    gates: (id, training, moments) => gateHistory(store, store.get(id), training, moments),
    log: (id, from) => {
      const { experiment } = store.get(id);
      return readLog(store.folder(id), experiment.sources.count, from);
    },
    watch: (ids) => {
      reader.watch(ids);
      changed();
    },
  };
}
