import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { mlflowServer } from './mlflow.ts';
import { epochPoints, stepPointer, type Point } from './scalars.ts';
import { eventFileName, headRecords, pointRecord } from './tensorboard.ts';

/** What a run is logged to while it trains, as `kind:where` says it: `tensorboard:DIR` or `mlflow:URI`. */
export interface LogTarget {
  readonly text: string;
  open(run: Run): Promise<Sink>;
}

interface Sink {
  write(points: readonly Point[]): Promise<void>;
  end(run: Run): Promise<void>;
}

/** Logs one run to its targets. Nothing that goes wrong there reaches the run. */
export interface RunTracking {
  /** To be called when there may be something new. */
  look(): void;
  /** Sends what is left, within a time; to be called when the run has ended. */
  end(): Promise<void>;
}

const stepsAtOnce = 5000;
/** How long a far side that does not answer may keep a terminal after the last step. */
const farewellMs = 10_000;

const kinds: Readonly<Record<string, (where: string) => LogTarget['open']>> = {
  tensorboard: (folder) => async (run) => {
    const own = join(folder, run.id);
    await mkdir(own, { recursive: true });
    // One that goes on has another file, as TensorBoard expects of it.
    const path = join(own, eventFileName({ ...run, startedAt: new Date() }));
    await appendFile(path, Buffer.concat(headRecords(run)));
    return {
      write: (points) => appendFile(path, Buffer.concat(points.map(pointRecord))),
      end: () => Promise.resolve(),
    };
  },
  mlflow: (uri) => {
    const server = mlflowServer(uri);
    return async (run) => {
      const begun = await server.begin(launchOf(run), run);
      return { write: (points) => begun.log(points), end: (ended) => begun.end(ended) };
    };
  },
};

/** Reads `tensorboard:DIR` or `mlflow:URI`. Throws `bad-usage`. */
export function logTarget(text: string): LogTarget {
  const [, kind = '', where = ''] = /^([a-z]+):(.+)$/.exec(text) ?? [];
  const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (make) return { text, open: make(where) };
  const message = `--log-to ${text} says no place to log to: give tensorboard:FOLDER, or mlflow:URI of a tracking server.`;
  throw new SluiceError('bad-usage', message);
}

/** What runs launched together are called, without when that was. */
export function launchOf({ group }: Pick<Run, 'group'>): string {
  return group.replace(/@[^@]*$/, '');
}

/** Begins to log a run from where it stands; `say` is told, once for each target, that it is given up and why. */
export function trackRun(
  store: Store,
  run: Run,
  targets: readonly LogTarget[],
  say: (text: string) => void,
): RunTracking {
  const news = newsOf(store, run);
  const sinks = targets.map((target) => sinkOf(target, store.get(run.id), say));
  const tell = (): Promise<unknown> => {
    const points = news();
    return Promise.all(sinks.map((sink) => sink.write(points)));
  };
  let busy: Promise<unknown> = Promise.resolve();
  let wanted = false;
  const look = (): void => {
    if (wanted || sinks.length === 0) return;
    wanted = true;
    busy = busy.then(() => {
      wanted = false;
      return tell();
    });
  };
  return {
    look,
    async end() {
      look();
      const ended = busy.then(() => Promise.all(sinks.map((sink) => sink.end(store.get(run.id)))));
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((resolve) => (timer = setTimeout(resolve, farewellMs)));
      await Promise.race([ended, late]);
      clearTimeout(timer);
    },
  };
}

/** A sink that never fails: what goes wrong is said once, and ends it. */
function sinkOf(target: LogTarget, run: Run, say: (text: string) => void): Sink {
  let opened: Promise<Sink> | null = null;
  let given = false;
  const safely = async (work: (sink: Sink) => Promise<void>): Promise<void> => {
    if (given) return;
    try {
      await work(await (opened ??= target.open(run)));
    } catch (error) {
      given = true;
      say(`Nothing more is logged to ${target.text}: ${messageOf(error)} The run goes on.`);
    }
  };
  return {
    write: (points) => safely((sink) => (points.length > 0 ? sink.write(points) : Promise.resolve())),
    end: (ended) => safely((sink) => sink.end(ended)),
  };
}

/** Returns what has come since it was last asked: steps by their rows, and epochs and pairs by their tags. */
function newsOf(store: Store, run: Run): () => Point[] {
  const point = stepPointer(run);
  const keyOf = ({ step, values }: Point): string => `${step} ${values.keys().next().value}`;
  const told = new Set(epochPoints(store, run).map(keyOf));
  let { row } = store.stepTotals(run.id);
  return () => {
    const { steps, row: last } = store.stepsAfter(run.id, row, stepsAtOnce);
    row = last;
    const others = epochPoints(store, store.get(run.id)).filter((each) => !told.has(keyOf(each)));
    for (const each of others) told.add(keyOf(each));
    return [...steps.map(point), ...others];
  };
}
