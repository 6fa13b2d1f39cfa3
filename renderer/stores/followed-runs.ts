import type { LabApi } from '../../main/api.ts';
import type { Lab } from '../lab/lab.ts';
import { followRun, type FollowedRun, type RunRecords } from './run-records.ts';

/** What records are read from. */
export interface RecordSource extends Pick<Lab, 'on'> {
  readonly api: Pick<LabApi, 'steps' | 'epochs' | 'log' | 'watch'>;
}

/** The runs whose records the window holds: those in use are watched, the last few used are kept for the way back. */
export interface FollowedRuns {
  /** Starts or shares following a run; each call needs its `close`. */
  open(id: string): RunRecords;
  close(id: string): void;
  /** To be called when the lab is back: watches again and reads what was missed. */
  reconnect(): void;
  /** Runs that were deleted are forgotten. */
  forget(ids: readonly string[]): void;
}

const keptUnused = 4;

interface Entry {
  readonly run: FollowedRun;
  uses: number;
}

export function createFollowedRuns({ api, on }: RecordSource): FollowedRuns {
  // In the order of their last use.
  const entries = new Map<string, Entry>();
  let watching: Promise<void> | null = null;

  const watch = (): Promise<void> => {
    // Pages close and open runs in the same turn: the lab is told the outcome.
    watching ??= Promise.resolve().then(() => {
      watching = null;
      return api.watch([...entries].filter(([, { uses }]) => uses > 0).map(([id]) => id));
    });
    return watching;
  };
  // Watched first and read then, so that no row falls between the two. Without a lab the read says what is wrong.
  const follow = ({ run }: Entry): void => void watch().then(run.catchUp, run.catchUp);
  const drop = (id: string): void => {
    entries.get(id)?.run.end();
    entries.delete(id);
  };

  on('steps', (id, batch) => entries.get(id)?.run.takeSteps(batch));
  on('epochs', (id, batch) => entries.get(id)?.run.takeEpochs(batch));
  on('log', (id, page) => entries.get(id)?.run.takeLog(page));

  return {
    open: (id) => {
      const entry = entries.get(id) ?? { run: followRun(id, api), uses: 0 };
      entries.delete(id);
      entries.set(id, entry);
      entry.uses++;
      if (entry.uses === 1) follow(entry);
      return entry.run.records;
    },
    close: (id) => {
      const entry = entries.get(id);
      if (!entry) return;
      entry.uses--;
      if (entry.uses > 0) return;
      const unused = [...entries].filter(([, { uses }]) => uses === 0).map(([other]) => other);
      unused.slice(0, -keptUnused).forEach(drop);
      watch().catch(() => undefined);
    },
    reconnect: () => {
      for (const entry of entries.values()) if (entry.uses > 0) follow(entry);
    },
    forget: (ids) => ids.forEach(drop),
  };
}
