import { Worker } from 'node:worker_threads';

/** Set by a test run that keeps `dist` current: processes and threads then start from there, in half the time. */
const startBuilt = process.env['SLUICE_START_BUILT'] === '1';

/**
 * How to start a worker or process of Sluice whose module sits beside the caller: built code as it is,
 * sources (tests, development) through tsx.
 */
export function entry(base: string, path: string): { url: URL; execArgv: string[] } {
  const url = new URL(path, base);
  if (!base.endsWith('.ts')) return { url: builtName(url), execArgv: [] };
  const sources = new URL('.', import.meta.url).href;
  if (startBuilt && url.href.startsWith(sources)) {
    return { url: builtName(new URL(`../dist/main/${url.href.slice(sources.length)}`, sources)), execArgv: [] };
  }
  return { url, execArgv: ['--import', 'tsx'] };
}

function builtName(url: URL): URL {
  return new URL(url.href.replace(/\.ts$/, '.js'));
}

/** Starts a thread of Sluice whose module sits beside the caller. */
export function startThread(base: string, path: string, workerData: unknown): Worker {
  const { url, execArgv } = entry(base, path);
  // Options of a process started from sources mean nothing to built code.
  if (execArgv.length === 0) return new Worker(url, { workerData, ...(base.endsWith('.ts') ? { execArgv } : {}) });
  // A thread of Node 20 does not get tsx's hooks from --import: it has to register them itself.
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${tsx}).then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(code, { eval: true, execArgv: [], workerData });
}
