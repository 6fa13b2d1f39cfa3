import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors.ts';
import type { Engine, EngineAdapter, Unavailable } from './adapter.ts';

/** Not a dependency: it downloads libtensorflow when installed. */
const PACKAGE: string = '@tensorflow/tfjs-node-gpu';

/** What the package's backend tells beyond tfjs-core's interface. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
}

/** TensorFlow's own library on an NVIDIA GPU. */
export const cuda: EngineAdapter = {
  name: 'cuda',
  async open(): Promise<Engine | Unavailable> {
    if (process.platform !== 'linux' && process.platform !== 'win32') {
      return { reason: `TensorFlow has no CUDA build for ${process.platform}`, remedy: 'Use another engine.' };
    }
    try {
      restoreIsNullOrUndefined();
      await import(PACKAGE);
    } catch (error) {
      return isMissing(error)
        ? { reason: `the package ${PACKAGE} is not installed`, remedy: `Run: npm install --no-save ${PACKAGE}@4.22.0` }
        : { reason: `${PACKAGE} does not load: ${messageOf(error)}`, remedy: 'Check its CUDA and cuDNN libraries.' };
    }
    await tf.setBackend('tensorflow');
    if (!(tf.backend() as unknown as NodeBackend).isUsingGpuDevice) {
      return {
        reason: 'TensorFlow finds no CUDA GPU',
        remedy: 'Check that nvidia-smi lists one and that CUDA 11.8 and cuDNN 8.6 are on the library path.',
      };
    }
    return { name: 'cuda', device: 'NVIDIA GPU', detail: 'TensorFlow, CUDA', threads: 1 };
  },
};

/** tfjs-node 4.22.0 calls util.isNullOrUndefined, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  if (!('isNullOrUndefined' in util))
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === null || value === undefined });
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && messageOf(error).includes(PACKAGE);
}
