import { Worker } from 'node:worker_threads';

/**
 * How to start a worker or process of Sluice whose module sits beside the caller: built code as it is,
 * sources (tests, development) through tsx.
 */
export function entry(base: string, path: string): { url: URL; execArgv: string[] } {
  const source = base.endsWith('.ts');
  return {
    url: new URL(source ? path : path.replace(/\.ts$/, '.js'), base),
    execArgv: source ? ['--import', 'tsx'] : [],
  };
}

/** Starts a thread of Sluice whose module sits beside the caller. */
export function startThread(base: string, path: string, workerData: unknown): Worker {
  const { url } = entry(base, path);
  if (!base.endsWith('.ts')) return new Worker(url, { workerData });
  // A thread of Node 20 does not get tsx's hooks from --import: it has to register them itself.
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${tsx}).then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(code, { eval: true, execArgv: [], workerData });
}
