import type { Notice } from '../../api.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { continueRun, pauseRun } from '../../runs/life/lifecycle.ts';
import type { RunLock } from '../../runs/life/lock.ts';
import { isSearched, lockSearch } from '../../runs/search/lock.ts';
import { lookAt, nextStep, openSearch, type OpenSearch } from '../../runs/search/search.ts';
import type { SearchRow } from '../../runs/store/search-table.ts';
import type { Store } from '../../runs/store/store.ts';
import type { LabLog } from '../log.ts';
import type { RunQueue } from '../queue/queue.ts';
import { outcomeOfSearch } from './outcome.ts';

/** Has the lab's queue execute the trials of searches, as many at a time as the lab has room for. */
export interface LabSearches {
  /** Takes the next steps of all that go on. */
  tend(): void;
  /** Whether one goes on, that has to be looked after. */
  isActive(): boolean;
  /** The points of a search are planned once. */
  open(row: SearchRow): OpenSearch;
  pause(id: string): void;
  /** Throws `search-busy` while a terminal executes it. */
  proceed(id: string): void;
  forget(id: string): void;
  close(): void;
}

interface SearchesOptions {
  readonly home: string;
  readonly store: Store;
  readonly queue: Pick<RunQueue, 'isOurs'>;
  readonly parallelRuns: () => number;
  readonly notify: (notice: Notice) => void;
  readonly log: LabLog;
}

export function openSearches({ home, store, queue, parallelRuns, notify, log }: SearchesOptions): LabSearches {
  const opened = new Map<string, OpenSearch>();
  const locks = new Map<string, RunLock>();

  const goesOn = ({ state, inLab }: SearchRow): boolean => state === 'running' && inLab;

  function open(row: SearchRow): OpenSearch {
    const known = opened.get(row.id) ?? openSearch(row);
    opened.set(row.id, known);
    return known;
  }

  function release(id: string): void {
    locks.get(id)?.release();
    locks.delete(id);
  }

  function take(row: SearchRow): void {
    if (!locks.has(row.id)) locks.set(row.id, lockSearch(home, row.id));
    const searched = open(row);
    let room = parallelRuns() - lookAt(store, searched).filter(({ facts }) => facts.life === 'training').length;
    while (room-- > 0) {
      const step = nextStep(store, searched, row);
      if (step.kind === 'end') end(row, searched);
      if (step.kind !== 'train') return;
      store.enqueue(step.run.id);
    }
  }

  function end(row: SearchRow, searched: OpenSearch): void {
    store.changeSearch(row.id, { state: 'ended' });
    release(row.id);
    const { name, verdict } = outcomeOfSearch(store, store.findSearch(row.id), searched);
    notify({ level: 'info', text: `The search ${name} has ended. ${verdict}` });
  }

  /** What goes wrong with one, as a data set that was removed, keeps no other from going on. */
  function attempt(row: SearchRow): void {
    try {
      take(row);
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'search-busy') return;
      log(`looking after the search ${row.id}`, error);
      store.changeSearch(row.id, { state: 'paused' });
      release(row.id);
      notify({ level: 'error', text: `The search ${row.id} was paused: ${messageOf(error)}` });
    }
  }

  const runsOf = (row: SearchRow): string[] => store.trials(row.id).flatMap(({ run }) => run ?? []);

  return {
    open,
    isActive: () => store.searches().some(goesOn),
    tend() {
      const rows = store.searches();
      for (const row of rows) if (!goesOn(row)) release(row.id);
      if (!rows.some(goesOn) || !queue.isOurs()) return;
      for (const row of rows.filter(goesOn)) attempt(row);
    },
    pause(id) {
      const row = requireFree(store.findSearch(id));
      store.changeSearch(row.id, { state: 'paused' });
      for (const run of runsOf(row)) {
        const { status } = store.get(run);
        if (status === 'running' || status === 'queued') pauseRun(store, run);
      }
    },
    proceed(id) {
      const row = requireFree(store.findSearch(id));
      if (row.state === 'ended') return;
      store.changeSearch(row.id, { state: 'running', inLab: true });
      for (const run of runsOf(row)) {
        const { status } = store.get(run);
        if (status === 'paused' || status === 'queued') continueRun(store, run, 'turn');
      }
    },
    forget(id) {
      const row = requireFree(store.findSearch(id));
      release(row.id);
      opened.delete(row.id);
      store.deleteSearch(row.id);
    },
    close: () => [...locks.keys()].forEach(release),
  };

  function requireFree(row: SearchRow): SearchRow {
    if (locks.has(row.id) || !isSearched(home, row.id)) return row;
    throw new SluiceError('search-busy', `A terminal executes the search ${row.id}: end it there with Ctrl-C first.`);
  }
}
