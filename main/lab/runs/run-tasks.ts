import type { ChartExport, ExportedFile, RunExport, RunSending, RunTask } from '../../api.ts';
import type { OnProgress } from '../../data/progress.ts';
import { chartName } from '../../charts/kinds/table.ts';
import { sweepStaging } from '../../data/staging.ts';
import { runTask } from '../../processes/task/run-task.ts';
import type { Taken } from '../../runs/import/import.ts';
import type { LabLog } from '../log.ts';
import { openLongTasks } from '../long-tasks.ts';
import { openPool } from './pool.ts';

/** Runs being brought in, and files being made of runs, each in a process of its own. */
export interface RunTasks {
  /** `name` is what people know the file or folder as; `onEnd` is called whatever came of it. */
  import(path: string, name: string, onEnd: () => void): RunTask;
  exportRuns(request: RunExport): Promise<ExportedFile>;
  exportChart(request: ChartExport): Promise<ExportedFile>;
  sendRuns(request: RunSending): Promise<string[]>;
  cancel(id: number): void;
  /** Those under way or waiting and the last that ended. */
  all(): RunTask[];
  close(): void;
}

interface Work {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Each export takes a core and loads a renderer: more at once would only be slower, and take the cores from training. */
const exportsAtOnce = 2;

export function openRunTasks(home: string, onChange: (task: RunTask) => void, log: LabLog): RunTasks {
  const { begin, cancel, all, close } = openLongTasks<RunTask['kind']>(onChange, () => sweepStaging(home), log);
  const pool = openPool(exportsAtOnce);

  /** A second request for what is being made waits for the same. */
  const making = new Map<string, Promise<unknown>>();
  const exported = <T>(what: string, request: object, make: (options: Work) => Promise<T>): Promise<T> => {
    const key = JSON.stringify([what, request]);
    const same = making.get(key) as Promise<T> | undefined;
    if (same) return same;
    const made = new Promise<T>((resolve, reject) => {
      begin('export', freeName(what, all()), async (options) => {
        const work = pool.run(() => make(options), options.signal);
        work.then(resolve, reject);
        await work;
        return [];
      });
    }).finally(() => making.delete(key));
    making.set(key, made);
    return made;
  };

  return {
    import: (path, name, onEnd) =>
      begin('import', name, async (options) => {
        try {
          return notesOf(await runTask('importRuns', { path, from: name }, options));
        } finally {
          onEnd();
        }
      }),
    exportRuns: (request) =>
      exported(`${countOf(request.runs)} as ${request.format}`, request, (options) =>
        runTask('exportRuns', request, options),
      ),
    exportChart: (request) =>
      exported(`${chartName(request.chart)} as ${request.format}`, request, (options) =>
        runTask('exportChart', request, options),
      ),
    sendRuns: (request) => exported(sendingName(request), request, (options) => runTask('sendRuns', request, options)),
    cancel,
    all,
    close,
  };
}

function sendingName({ runs, to }: RunSending): string {
  return `${countOf(runs)} to ${to}`;
}

function countOf(runs: readonly string[]): string {
  return runs.length === 1 ? runs[0] : `${runs.length} runs`;
}

/** Tasks under way are told apart by their names. */
function freeName(name: string, tasks: readonly RunTask[]): string {
  const taken = new Set(tasks.filter(({ status }) => status === 'running').map((task) => task.name));
  for (let i = 1; ; i++) {
    const free = i === 1 ? name : `${name} (${i})`;
    if (!taken.has(free)) return free;
  }
}

/** What the user should know of an import: how many came, which were here, and which were not taken and why. */
function notesOf(taken: readonly Taken[]): string[] {
  const came = taken.filter(({ outcome }) => outcome === 'imported');
  const there = taken.filter(({ outcome }) => outcome === 'there');
  return [
    came.length === 1 ? `1 run was imported, as ${came[0].id}.` : `${came.length} runs were imported.`,
    ...(there.length > 0 ? [`${there.length === 1 ? '1 is' : `${there.length} are`} here already.`] : []),
    ...taken.flatMap(({ from, id, outcome, reason }) => {
      if (reason === null) return [];
      return [outcome === 'refused' ? `${from} was not imported: ${reason}` : `${id}: ${reason}`];
    }),
  ];
}
