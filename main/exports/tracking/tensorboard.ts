import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { parametersRecord, scalarRecord, textRecord, versionRecord } from '../../runs/tensorboard/events.ts';
import { runTag, runText } from '../../runs/tensorboard/run-text.ts';
import { parametersOf } from './parameters.ts';
import { epochPoints, stepPoints, type Point } from './scalars.ts';

/** Event files of runs: a folder for each, which TensorBoard shows as a run of its own. */
export function tensorboardFiles(store: Store, runs: readonly Run[]): [path: string, data: Uint8Array][] {
  return runs.map((run) => {
    const points = [...stepPoints(store, run), ...epochPoints(store, run)];
    return [`${run.id}/${eventFileName(run)}`, Buffer.concat([...headRecords(run), ...points.map(pointRecord)])];
  });
}

/** As TensorBoard looks for them: `tfevents` and when it was begun. */
export function eventFileName(run: Run): string {
  return `events.out.tfevents.${Math.floor(beginning(run) / 1000)}.sluice`;
}

/** What stands before any number: the run, and its settings. */
export function headRecords(run: Run): Buffer[] {
  const began = beginning(run);
  return [
    versionRecord(began),
    parametersRecord(began, run.group, parametersOf(run)),
    textRecord(began, runTag, runText(run)),
  ];
}

export function pointRecord({ step, time, values }: Point): Buffer {
  return scalarRecord({ step, time, scalars: [...values].map(([tag, value]) => ({ tag, value })) });
}

function beginning({ startedAt, createdAt }: Run): number {
  return (startedAt ?? createdAt).getTime();
}
