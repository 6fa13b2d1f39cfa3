import { createBirpc } from 'birpc';
import type { MessagePortMain } from 'electron';
import type { LabApi, LabEvents, RunSummary } from '../main/api.ts';
import { ownMethods } from '../main/wire.ts';

/** The lab as the shell sees it: over the same contract as the window, on a port of its own. */
export interface ShellLab {
  readonly api: LabApi;
  /** Runs that have a process: they train, or wait to go on. */
  active(): readonly RunSummary[];
}

/** Connects to the lab and follows which runs are active; `changed` is called whenever that may have changed. */
export function connectLab(port: MessagePortMain, changed: () => void): ShellLab {
  const active = new Map<string, RunSummary>();

  const runs = (updated: readonly RunSummary[], deleted: readonly string[]): void => {
    for (const run of updated) {
      if (run.status === 'running' || run.status === 'paused') active.set(run.id, run);
      else active.delete(run.id);
    }
    for (const id of deleted) active.delete(id);
    changed();
  };

  const events = { runs };
  const api = createBirpc<LabApi, Pick<LabEvents, 'runs'>>(events, {
    post: (message: unknown) => port.postMessage(message),
    on: (listener: (message: unknown) => void) => {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    resolver: ownMethods(events),
    timeout: -1,
  });
  port.once('close', () => {
    api.$close();
    active.clear();
    changed();
  });
  void api
    .hello()
    .then(() => api.runs())
    .then((all) => runs(all, []))
    // It ended meanwhile; the next one is connected anew.
    .catch(() => undefined);
  return { api, active: () => [...active.values()] };
}

/** Asks all active runs to end with a checkpoint and waits until they have, but no longer than this. */
export async function stopRuns(lab: ShellLab, milliseconds = 120_000): Promise<boolean> {
  await Promise.allSettled(lab.active().map(({ id }) => lab.api.stop(id)));
  const until = Date.now() + milliseconds;
  while (lab.active().length > 0) {
    if (Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}
