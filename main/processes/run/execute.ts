import { performRun, type RunControl } from '../../runs/life/perform.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import type { NetworkOptions } from './network.ts';

/** Executes a queued run as its experiment says, in this process and those that it starts. As performRun otherwise. */
export async function executeHere(
  store: Store,
  id: string,
  network: NetworkOptions,
  control: RunControl,
): Promise<Run> {
  const { superviseRun } = await import('./supervise.ts');
  return performRun(store, id, (execution) => superviseRun(execution, network), control);
}
