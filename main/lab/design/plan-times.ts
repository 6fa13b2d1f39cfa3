import type { PlanTask } from '../../api.ts';
import type { DatasetInfo } from '../../data/source.ts';
import { defaultThreads } from '../../engine/threads.ts';
import type { Circumstances } from '../../planning/costs.ts';
import { knownTimes, type MachineTimes, type TimesRequest } from '../../planning/known-times.ts';
import { circumstancesOf, timesRequest } from '../../planning/of-experiment.ts';
import { timedSchedule } from '../../planning/schedule.ts';
import type { TimedMachine } from '../../planning/times-file.ts';
import { runTask } from '../../processes/task/run-task.ts';
import type { Experiment } from '../../runs/experiment/experiment.ts';
import type { LabLog } from '../log.ts';
import { openLongTasks } from '../long-tasks.ts';
import type { LayerTimes } from './plan-of.ts';

/** Times of layers on this machine. They are taken in processes of their own; the lab reads what is kept of them. */
export interface PlanTimes extends LayerTimes {
  /** The circumstances of an experiment, from what is known by now; null where a part of it was never timed. */
  known(experiment: Experiment, info: DatasetInfo): PlannedOn | null;
  /** Finds out what computes here, on which depends what is known of it; tells then, if it was not known. */
  look(experiment: Experiment, info: DatasetInfo): void;
  measure(experiment: Experiment, info: DatasetInfo): PlanTask;
  cancel(id: number): void;
  /** Those under way and the last that ended. */
  all(): PlanTask[];
  close(): void;
}

export interface PlannedOn {
  readonly at: Circumstances;
  readonly machines: readonly TimedMachine[];
}

interface PlanTimesOptions {
  readonly home: string;
  readonly log: LabLog;
  readonly onTask: (task: PlanTask) => void;
  /** Times are known that were not. */
  readonly onKnown: () => void;
}

export function openPlanTimes({ home, log, onTask, onKnown }: PlanTimesOptions): PlanTimes {
  const machines = new Map<string, TimedMachine | null>();
  const found = new Map<string, MachineTimes | null>();
  const { begin, cancel, all, close } = openLongTasks<PlanTask['kind']>(onTask, () => Promise.resolve(), log);

  function timesOf(request: TimesRequest): MachineTimes | null {
    const machine = machines.get(engineKey(request));
    if (!machine) return null;
    const key = JSON.stringify(request);
    if (!found.has(key)) found.set(key, knownTimes(home, machine, request));
    return found.get(key) ?? null;
  }

  function known(experiment: Experiment, info: DatasetInfo): PlannedOn | null {
    const [client, server] = requests(experiment, info).map(timesOf);
    if (!client || !server) return null;
    const apart = JSON.stringify(client.machine) !== JSON.stringify(server.machine);
    return {
      at: circumstancesOf(experiment, info, client, server),
      machines: apart ? [client.machine, server.machine] : [client.machine],
    };
  }

  async function lookFor(request: TimesRequest): Promise<void> {
    const key = engineKey(request);
    if (machines.has(key)) return;
    // Where the engine is not there, nothing is known, and that is not asked again and again.
    machines.set(key, null);
    try {
      machines.set(key, await runTask('timedMachine', { engine: request.engine, threads: request.threads }));
      onKnown();
    } catch (error) {
      log('what layers would be timed on', error);
    }
  }

  return {
    known,
    schedule(experiment, info) {
      const on = known(experiment, info);
      return on && timedSchedule(experiment, info, on.at, defaultThreads());
    },
    look: (experiment, info) => requests(experiment, info).forEach((request) => void lookFor(request)),
    measure: (experiment, info) =>
      begin('time', experiment.model.name, async (options) => {
        for (const request of requests(experiment, info)) {
          const times = await runTask('times', request, options);
          machines.set(engineKey(request), times.machine);
          // Kept under what was asked for: a file that lies there for others is read again.
          found.clear();
        }
        onKnown();
        return [];
      }),
    cancel,
    all,
    close,
  };
}

function requests(experiment: Experiment, info: DatasetInfo): [client: TimesRequest, server: TimesRequest] {
  return [timesRequest(experiment, info, 'client'), timesRequest(experiment, info, 'server')];
}

function engineKey({ engine, threads }: TimesRequest): string {
  return `${engine} ${threads}`;
}
