import { performRun, executeRun, type RunControl } from '../../runs/execute.ts';
import type { Run } from '../../runs/run.ts';
import type { Store } from '../../runs/store.ts';
import type { NetworkOptions } from './network.ts';

/** Executes a queued run as its experiment says: in this process, or with processes of their own for both sides. */
export async function executeHere(
  store: Store,
  id: string,
  network: NetworkOptions,
  control: RunControl,
): Promise<Run> {
  if (store.find(id).experiment.processes === 'one' && !network.offload) {
    const { runParts } = await import('../../runs/parts.ts');
    return executeRun(store, id, runParts, control);
  }
  const { superviseRun } = await import('./supervise.ts');
  return performRun(store, id, (session) => superviseRun(session, network), control);
}
