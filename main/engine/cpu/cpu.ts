import { availableParallelism, cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, EngineAdapter } from '../adapter.ts';
import { batchNormTrain, batchNormTrainGrad } from './batch-norm.ts';
import { blasAdvice, openBlas } from './blas.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from './convolution.ts';
import { createHost, type Host } from './host.ts';
import { identity } from './identity.ts';
import { registerKernel } from './kernel.ts';
import { batchMatMul, fusedMatMul } from './mat-mul.ts';
import { maxPool, maxPoolGrad } from './max-pool.ts';
import { biasActivation, reluGrad, scaleShift } from './pointwise.ts';
import { spreadMaps, sumRows, takeMaps } from './rows.ts';
import { sgdStep } from './sgd.ts';

const kernels = [
  ...[conv2d, conv2dFilterGrad, conv2dInputGrad, batchMatMul, fusedMatMul],
  ...[batchNormTrain, batchNormTrainGrad, biasActivation, scaleShift, reluGrad],
  ...[maxPool, maxPoolGrad, sumRows, takeMaps, spreadMaps, sgdStep, identity],
];

let loading: Promise<Host> | null = null;

/** tfjs-backend-wasm with Sluice's kernels in place of the slow ones; matrix products by the system's BLAS. */
export const cpu: EngineAdapter = {
  name: 'cpu',
  async open({ threads = availableParallelism() }): Promise<Engine> {
    const host = await (loading ??= load());
    await tf.setBackend('wasm');
    const device = cpus()[0]?.model.trim() || process.arch;
    const blas = openBlas(threads, process.env.SLUICE_BLAS);
    if (!blas) {
      host.gemm = host.wasmGemm;
      return { name: 'cpu', device, detail: 'WebAssembly, 1 thread', threads: 1, advice: blasAdvice() };
    }
    host.gemm = blas.gemm(host.module);
    const used = blas.threads ?? threads;
    const detail = `${blas.name}, ${used} ${used === 1 ? 'thread' : 'threads'}`;
    return { name: 'cpu', device, detail: blas.threads === null ? blas.name : detail, threads: used };
  },
};

async function load(): Promise<Host> {
  const host = await createHost();
  for (const kernel of kernels) registerKernel(host, kernel);
  return host;
}
