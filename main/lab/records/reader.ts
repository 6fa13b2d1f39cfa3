import type { EpochBatch, LabEvents, StepBatch } from '../../api.ts';
import type { Store } from '../../runs/store/store.ts';
import { endOfLog, readLogAfter, type LogPlace } from './run-log.ts';

/** How far one window has read the records of the runs it looks at. */
export interface Reader {
  /** The window is told what is new of these runs, and of no others. Unknown ones may have been deleted meanwhile. */
  watch(ids: readonly string[]): void;
  steps(id: string, row: number): StepBatch;
  epochs(id: string): EpochBatch;
  /** Tells the window what is new. */
  tell(isUnderWay: (id: string) => boolean): void;
}

interface Cursor {
  readonly sources: number;
  generation: number;
  row: number;
  /** The window is amid reading page by page: what it is told meanwhile would not join on. */
  paging: boolean;
  watched: boolean;
  /** The run stands still and the window has all of it. */
  settled: boolean;
  epochs: string;
  log: LogPlace;
}

const pageSteps = 5000;

export function openReader(store: Store, events: Pick<LabEvents, 'steps' | 'epochs' | 'log'>): Reader {
  const cursors = new Map<string, Cursor>();

  function steps(id: string, row: number, generation: number): StepBatch {
    return { generation, from: row, ...store.stepColumns(id, row, pageSteps) };
  }

  function epochs(id: string): EpochBatch {
    return { generation: store.generation(id), epochs: store.epochs(id), pairs: store.pairs(id) };
  }

  function tellSteps(id: string, cursor: Cursor): void {
    const generation = store.generation(id);
    const wentBack = generation !== cursor.generation;
    if (wentBack) Object.assign(cursor, { generation, row: 0, paging: false });
    if (cursor.paging) return;
    const batch = steps(id, cursor.row, generation);
    if (batch.row === cursor.row && !wentBack) return;
    cursor.row = batch.row;
    events.steps(id, batch);
  }

  function tellEpochs(id: string, cursor: Cursor): void {
    const batch = epochs(id);
    const mark = markOf(batch);
    if (mark === cursor.epochs) return;
    cursor.epochs = mark;
    events.epochs(id, batch);
  }

  function tellLog(id: string, cursor: Cursor): void {
    const news = readLogAfter(store.folder(id), cursor.sources, cursor.log);
    if (!news) return;
    cursor.log = news.place;
    events.log(id, news.page);
  }

  return {
    watch: (ids) => {
      const there = new Set(store.marks().map(({ id }) => id));
      const wanted = new Set(ids.filter((id) => there.has(id)));
      for (const id of cursors.keys()) if (!wanted.has(id)) cursors.delete(id);
      for (const id of wanted) {
        const cursor = cursors.get(id) ?? cursorAt(store, id);
        cursors.set(id, { ...cursor, watched: true });
      }
    },
    steps: (id, row) => {
      const batch = steps(id, row, store.generation(store.get(id).id));
      const cursor = cursors.get(id) ?? cursorAt(store, id);
      cursors.set(id, { ...cursor, generation: batch.generation, row: batch.row, paging: batch.more });
      return batch;
    },
    epochs: (id) => epochs(store.get(id).id),
    tell: (isUnderWay) => {
      for (const [id, cursor] of cursors) {
        const underWay = isUnderWay(id);
        if (!cursor.watched || (cursor.settled && !underWay)) continue;
        tellSteps(id, cursor);
        tellEpochs(id, cursor);
        tellLog(id, cursor);
        cursor.settled = !underWay && !cursor.paging;
      }
    },
  };
}

/** At what is there now: the window reads what was before by itself. */
function cursorAt(store: Store, id: string): Cursor {
  return {
    sources: store.get(id).experiment.sources.count,
    generation: store.generation(id),
    row: store.stepTotals(id).row,
    paging: false,
    watched: false,
    settled: false,
    epochs: '',
    log: endOfLog(store.folder(id)),
  };
}

function markOf({ generation, epochs, pairs }: EpochBatch): string {
  return `${generation} ${epochs.length} ${pairs.length}`;
}
