import type { LaunchCommand, LaunchOutcome } from '../../api.ts';
import { activeStatuses } from '../../api/runs.ts';
import { hasCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import { continueRun, pauseRun, resumeRun } from '../../runs/life/lifecycle.ts';
import type { Run, RunStatus } from '../../runs/store/run.ts';
import { placeOf } from '../../processes/run/place.ts';
import { outcomeOf } from '../../exports/tables/outcome.ts';
import type { LabState, Procedures } from '../lab-state.ts';

type Asked = Pick<LabState, 'store' | 'launcher' | 'changed'>;

/** Procedures about runs that were launched together. */
export function launchProcedures(lab: Asked): Procedures<'launched' | 'controlLaunch'> {
  const { store, changed } = lab;
  const runsOf = (group: string): Run[] => store.list().filter((run) => run.group === group);
  return {
    launched: (group): LaunchOutcome => outcomeOf(store, runsOf(group)),
    controlLaunch: async (group, command) => {
      const runs = runsOf(group).filter(({ status }) => takes[command].includes(status));
      const failures: unknown[] = [];
      for (const run of runs) {
        // What keeps one from it, as one that was brought in cannot go on, keeps no other.
        await ask(lab, run, command).catch((error: unknown) => failures.push(error));
      }
      changed();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** In which status a run can be asked. */
const takes: Readonly<Record<LaunchCommand, readonly RunStatus[]>> = {
  pause: ['queued', 'running'],
  proceed: ['queued', 'paused'],
  stop: activeStatuses,
  resume: ['stopped', 'failed', 'interrupted'],
};

async function ask({ store, launcher }: Asked, { id }: Run, command: LaunchCommand): Promise<void> {
  switch (command) {
    case 'pause':
      pauseRun(store, id);
      return;
    case 'proceed':
      continueRun(store, id, 'turn');
      return;
    case 'stop':
      launcher.cancel(id);
      return;
    case 'resume': {
      const folder = store.folder(id);
      // Its server half is elsewhere: it asks for a token, on its own page.
      if (placeOf(folder) && (await hasCheckpoint(folder))) return;
      resumeRun(store, id);
      store.enqueue(id);
    }
  }
}
