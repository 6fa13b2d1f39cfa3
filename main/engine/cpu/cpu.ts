import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, EngineAdapter } from '../adapter.ts';
import { loadBackend } from './backend.ts';
import { batchNormTrain, batchNormTrainGrad } from './batch-norm.ts';
import { blasAdvice, openBlas, type Blas } from './blas.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from './convolution.ts';
import type { Host } from './host.ts';
import { identity } from './identity.ts';
import { registerKernel } from './kernel.ts';
import { batchMatMul, fusedMatMul } from './mat-mul.ts';
import { maxPool, maxPoolGrad } from './max-pool.ts';
import { biasActivation, reluGrad, scaleShift } from './pointwise.ts';
import { spreadMaps, sumRows, takeMaps } from './rows.ts';
import { sgdProductStep, sgdStep } from './sgd.ts';
import { defaultThreads } from '../threads.ts';
import { startTeam } from './threads/team.ts';

const kernels = [
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  batchMatMul,
  fusedMatMul,
  batchNormTrain,
  batchNormTrainGrad,
  biasActivation,
  scaleShift,
  reluGrad,
  maxPool,
  maxPoolGrad,
  sumRows,
  takeMaps,
  spreadMaps,
  sgdStep,
  sgdProductStep,
  identity,
];

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
  for (const kernel of kernels) registerKernel(host, kernel);
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
