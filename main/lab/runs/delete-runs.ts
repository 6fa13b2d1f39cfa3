import { setTimeout as sleep } from 'node:timers/promises';
import { isActive } from '../../api/runs.ts';
import { SluiceError } from '../../errors.ts';
import type { Launcher } from '../../processes/run/launcher.ts';
import type { Store } from '../../runs/store/store.ts';

/** Stops the runs that are executed or are about to be, and deletes each once its process has let go of it. */
export async function deleteRuns(
  store: Store,
  { cancel }: Pick<Launcher, 'cancel'>,
  ids: readonly string[],
  patienceMs = 60_000,
): Promise<void> {
  const until = Date.now() + patienceMs;
  for (const run of ids.map((id) => store.get(id))) if (isActive(run)) cancel(run.id);
  for (const id of ids) {
    while (!tryDelete(store, id)) {
      if (Date.now() > until) {
        const message = `Run ${id} was told to stop and has not yet. Delete it again when it has.`;
        throw new SluiceError('run-busy', message);
      }
      await sleep(100);
    }
  }
}

function tryDelete(store: Store, id: string): boolean {
  try {
    store.delete(id);
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'run-busy') return false;
    throw error;
  }
}
