import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { exportRuns } from '../export.ts';
import { launchOf } from './live.ts';
import { mlflowServer } from './mlflow.ts';
import { epochPoints, stepPoints, type Point } from './scalars.ts';

/** Of more steps than this, MLflow gets so many: its pages draw no more, and each is a request of its own. */
const mostSteps = 2000;

/** Where runs were put on a tracking server. */
export interface Sent {
  readonly run: string;
  readonly page: string;
  /** `there` was sent before. */
  readonly outcome: 'sent' | 'there';
  /** What the user should know of it. */
  readonly notes: readonly string[];
}

/**
 * Puts runs on an MLflow tracking server: settings, epochs, steps, and a zip that "sluice import" reads. One that is there
 * already is left as it is. The experiment there is called as each was launched unless it is `named`. Throws `mlflow-unreachable` and `mlflow-refused`.
 */
export async function* sendToMlflow(
  store: Store,
  runs: readonly Run[],
  uri: string,
  named?: string,
): AsyncGenerator<Sent> {
  const server = mlflowServer(uri);
  for (const run of runs) {
    const experiment = named ?? launchOf(run);
    const there = await server.find(experiment, run);
    if (there !== null) {
      yield { run: run.id, page: there, outcome: 'there', notes: [] };
      continue;
    }
    const notes: string[] = [];
    const begun = await server.begin(experiment, run);
    const steps = stepPoints(store, run);
    if (steps.length > mostSteps) notes.push(`${mostSteps} of its ${steps.length} steps were sent`);
    await begun.log([...thinned(steps, mostSteps), ...epochPoints(store, run)]);
    const { name, data } = await exportRuns(store, { runs: [run.id], format: 'zip' });
    if (!(await begun.keep(name, data)))
      notes.push('the server keeps files elsewhere, so the zip of the run was not sent');
    await begun.end(run);
    yield { run: run.id, page: begun.page, outcome: 'sent', notes };
  }
}

/** What came of a run, in a line. */
export function sentText({ run, page, outcome, notes }: Sent): string {
  const more = notes.length > 0 ? ` (${notes.join('; ')})` : '';
  return `${run}: ${outcome === 'there' ? 'is there already, ' : ''}${page}${more}`;
}

/** So many of them, evenly, with the first and the last. */
function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]);
}
