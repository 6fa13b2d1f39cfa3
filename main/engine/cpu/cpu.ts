import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, EngineAdapter } from '../adapter.ts';
import { loadBackend } from './backend.ts';
import { blasAdvice, openBlas, type Blas } from './blas.ts';
import type { Host } from './host.ts';
import { registerKernels } from './kernel-list.ts';
import { defaultThreads } from '../threads.ts';
import { startTeam } from './threads/team.ts';

let loading: Promise<Host> | null = null;
/** The last change of teams, and what the team was started with. */
let change = Promise.resolve('');

/** tfjs-backend-wasm with Sluice's kernels in place of the slow ones; matrix products by the system's BLAS. */
export const cpu: EngineAdapter = {
  name: 'cpu',
  async open({ threads = defaultThreads() }): Promise<Engine> {
    const blas = openBlas(process.env.SLUICE_BLAS);
    const host = await (loading ??= load());
    await tf.setBackend('wasm');
    await (change = change.catch(() => '').then((current) => employ(host, threads, blas, current)));
    const device = cpus()[0]?.model.trim() || process.arch;
    const detail = `${blas ? blas.name : 'WebAssembly'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    return { name: 'cpu', device, detail, threads, advice: blas ? undefined : blasAdvice() };
  },
};

async function load(): Promise<Host> {
  const { backend, module } = await loadBackend();
  const host = { backend, module, team: await startTeam(1, module, null) };
  registerKernels(host);
  return host;
}

/** Lets these threads do the work from now on, unless they do already. */
async function employ(host: Host, threads: number, blas: Blas | null, current: string): Promise<string> {
  const wanted = `${threads} ${blas?.path ?? ''}`;
  if (wanted === current) return current;
  const before = host.team;
  host.team = await startTeam(threads, host.module, blas);
  await before.stop();
  return wanted;
}
