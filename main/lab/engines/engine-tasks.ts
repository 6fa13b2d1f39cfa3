import type { EngineInstall, EngineTask } from '../../api.ts';
import { sweepStaging } from '../../data/staging.ts';
import { enginesFolder } from '../../engine/installed.ts';
import { knownEngine } from '../../install/known.ts';
import { runTask } from '../../processes/task/run-task.ts';
import type { LabLog } from '../log.ts';
import { openLongTasks } from '../long-tasks.ts';

/** Installations of engines, each in a process of its own. */
export interface EngineTasks {
  /** Throws `engine-unknown`. */
  install(request: EngineInstall): EngineTask;
  cancel(id: number): void;
  /** Those under way and the last that ended. */
  all(): EngineTask[];
  close(): void;
}

export function openEngineTasks(onChange: (task: EngineTask) => void, log: LabLog): EngineTasks {
  const sweep = (): Promise<void> => sweepStaging(enginesFolder());
  const { begin, cancel, all, close } = openLongTasks<EngineTask['kind']>(onChange, sweep, log);
  return {
    install: (request) =>
      begin('install', knownEngine(request.name), async (options) => {
        const { report } = await runTask('installEngine', request, options);
        return report.available ? [] : [`Installed; on this machine ${report.detail}. ${report.remedy ?? ''}`.trim()];
      }),
    cancel,
    all,
    close,
  };
}
