import { z } from 'zod';
import { fetchAsSystem } from '../../data/fetch.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import type { Run } from '../../runs/store/run.ts';
import { version } from '../../version.ts';
import { parametersOf } from './parameters.ts';
import type { Point } from './scalars.ts';

/** Runs on a tracking server of MLflow, over its REST API 2.0. */

/** A run there that numbers can be added to. */
export interface MlflowRun {
  readonly id: string;
  /** Its page. */
  readonly page: string;
  log(points: readonly Point[]): Promise<void>;
  /** Keeps a file with the run; false where the server leaves files to a storage of its own. */
  keep(name: string, data: Uint8Array): Promise<boolean>;
  end(run: Run): Promise<void>;
}

export interface MlflowServer {
  /** The page of a run that is there already; null where none is. */
  find(experiment: string, run: Run): Promise<string | null>;
  /** Begins a run in an experiment, which is made where there is none of that name. */
  begin(experiment: string, run: Run): Promise<MlflowRun>;
}

/** Of a batch, as the server takes them. */
const mostMetrics = 1000;
const mostParams = 100;
const longestValue = 500;
const patienceMs = 30_000;
const uidTag = 'sluice.uid';

const created = z.object({ experiment_id: z.string() });
const named = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const begun = z.object({
  run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string().default('') }) }),
});
const found = z.object({ runs: z.array(z.object({ info: z.object({ run_id: z.string() }) })).default([]) });
const refusal = z.object({ error_code: z.string().optional(), message: z.string().optional() });

/**
 * Opens a tracking server by its URI. Whatever it is asked throws `mlflow-unreachable` or `mlflow-refused`. It signs in with
 * MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, as MLflow's own clients do.
 */
export function mlflowServer(uri: string, env: NodeJS.ProcessEnv = process.env): MlflowServer {
  const base = checkedUri(uri);
  const ask = asker(base, signIn(env));

  async function experimentId(name: string): Promise<string> {
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    try {
      return named.parse(await ask('GET', query)).experiment.experiment_id;
    } catch (error) {
      if (!isMissing(error)) throw error;
      return created.parse(await ask('POST', 'experiments/create', { name })).experiment_id;
    }
  }

  return {
    async find(experiment, { uid }) {
      if (uid === null) return null;
      const id = await experimentId(experiment);
      const filter = `tags.\`${uidTag}\` = '${uid}'`;
      const { runs } = found.parse(await ask('POST', 'runs/search', { experiment_ids: [id], filter, max_results: 1 }));
      return runs.length === 0 ? null : pageOf(base, id, runs[0].info.run_id);
    },
    async begin(experiment, run) {
      const id = await experimentId(experiment);
      const made = await ask('POST', 'runs/create', {
        experiment_id: id,
        run_name: `${run.name}, seed ${run.seed}`,
        start_time: (run.startedAt ?? run.createdAt).getTime(),
        tags: tagsOf(run),
      });
      const { run_id: runId, artifact_uri: artifacts } = begun.parse(made).run.info;
      await logParams(ask, runId, run);
      return { ...openRun(ask, runId, artifacts), page: pageOf(base, id, runId) };
    },
  };
}

type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<unknown>;

function openRun(ask: Ask, id: string, artifacts: string): Omit<MlflowRun, 'page'> {
  return {
    id,
    async log(points) {
      const metrics = points.flatMap(({ step, time, values }) =>
        [...values].map(([key, value]) => ({ key, value, step, timestamp: Math.round(time) })),
      );
      for (let at = 0; at < metrics.length; at += mostMetrics) {
        await ask('POST', 'runs/log-batch', { run_id: id, metrics: metrics.slice(at, at + mostMetrics) });
      }
    },
    async keep(name, data) {
      const path = /^mlflow-artifacts:\/*(.*)$/.exec(artifacts)?.[1];
      if (path === undefined) return false;
      await ask('PUT', `../mlflow-artifacts/artifacts/${path}/${name}`, data);
      return true;
    },
    async end({ status, endedAt }) {
      const ended = { run_id: id, status: statuses[status] ?? 'KILLED', end_time: (endedAt ?? new Date()).getTime() };
      await ask('POST', 'runs/update', ended);
    },
  };
}

const statuses: Partial<Record<Run['status'], string>> = {
  finished: 'FINISHED',
  failed: 'FAILED',
  running: 'RUNNING',
  paused: 'RUNNING',
  queued: 'SCHEDULED',
};

function tagsOf({ uid, id, seed, group, status }: Run): { key: string; value: string }[] {
  const tags = { [uidTag]: uid, 'sluice.id': id, 'sluice.group': group, 'sluice.status': status, 'sluice.seed': seed };
  const source = { 'mlflow.source.name': `Sluice ${version()}`, 'mlflow.source.type': 'LOCAL' };
  return Object.entries({ ...tags, ...source }).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: String(value) }],
  );
}

async function logParams(ask: Ask, id: string, run: Run): Promise<void> {
  const params = Object.entries(parametersOf(run)).map(([key, value]) => ({
    key,
    value: String(value).slice(0, longestValue),
  }));
  for (let at = 0; at < params.length; at += mostParams) {
    await ask('POST', 'runs/log-batch', { run_id: id, params: params.slice(at, at + mostParams) });
  }
}

function asker(base: URL, headers: Readonly<Record<string, string>>): Ask {
  return async (method, path, body) => {
    const url = new URL(path, base);
    const isBytes = body instanceof Uint8Array;
    let response: Awaited<ReturnType<typeof fetchAsSystem>>;
    let text: string;
    try {
      response = await fetchAsSystem(url.href, {
        method,
        headers: { ...headers, 'content-type': isBytes ? 'application/octet-stream' : 'application/json' },
        ...(body && { body: isBytes ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(patienceMs),
      });
      text = await response.text();
    } catch (cause) {
      const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : messageOf(cause);
      const message = `The MLflow server at ${base.origin} cannot be reached (${why}). Check the address, and whether it runs.`;
      throw new SluiceError('mlflow-unreachable', message, { cause });
    }
    if (response.status >= 400) throw refused(base, url, response.status, text);
    return isBytes || text === '' ? {} : parsed(base, text);
  };
}

class Refused extends Error {
  readonly missing: boolean;
  constructor(message: string, missing: boolean) {
    super(message);
    this.missing = missing;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof SluiceError && error.cause instanceof Refused && error.cause.missing;
}

function refused(base: URL, url: URL, status: number, text: string): SluiceError {
  const said = refusal.safeParse(jsonIn(text)).data;
  const missing = said?.error_code === 'RESOURCE_DOES_NOT_EXIST';
  const words = said?.message ?? text.slice(0, 200);
  const advice =
    status === 401 || status === 403
      ? ' Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.'
      : '';
  const message = `The MLflow server at ${base.origin} refused ${url.pathname} (${status}): ${words.trim()}.${advice}`;
  return new SluiceError('mlflow-refused', message, { cause: new Refused(words, missing) });
}

function parsed(base: URL, text: string): unknown {
  const value = jsonIn(text);
  if (value !== undefined) return value;
  const message = `What answers at ${base.origin} is no MLflow tracking server: it answered "${text.slice(0, 60)}". Check the address.`;
  throw new SluiceError('mlflow-refused', message);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkedUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return new URL('api/2.0/mlflow/', url.href.endsWith('/') ? url : `${url.href}/`);
  }
  const message = `"${uri}" is not the address of an MLflow tracking server: give one such as http://127.0.0.1:5000.`;
  throw new SluiceError('bad-usage', message);
}

function signIn(env: NodeJS.ProcessEnv): Record<string, string> {
  const token = env['MLFLOW_TRACKING_TOKEN'];
  const user = env['MLFLOW_TRACKING_USERNAME'];
  if (token) return { authorization: `Bearer ${token}` };
  if (!user) return {};
  const password = env['MLFLOW_TRACKING_PASSWORD'] ?? '';
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function pageOf(base: URL, experiment: string, run: string): string {
  return new URL(`../../../#/experiments/${experiment}/runs/${run}`, base).href;
}
