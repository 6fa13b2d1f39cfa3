import { performRun, executeRun, type RunControl } from '../../runs/life/execute.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { NetworkOptions } from './network.ts';
import { placeOf } from './place.ts';

/** Executes a queued run as its experiment says: in this process, or with processes of their own for both sides. */
export async function executeHere(
  store: Store,
  id: string,
  network: NetworkOptions,
  control: RunControl,
): Promise<Run> {
  const { processes } = store.find(id).experiment;
  if (processes === 'one' && !network.offload && !placeOf(store.folder(id))) {
    const { runParts } = await import('../../runs/life/parts.ts');
    return executeRun(store, id, runParts, control);
  }
  const { superviseRun } = await import('./supervise.ts');
  return performRun(store, id, (session) => superviseRun(session, network), control);
}
