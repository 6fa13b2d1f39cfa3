import * as tf from '@tensorflow/tfjs-core';
import { messageOf, SluiceError } from '../errors.ts';
import type { Engine, EngineAdapter, EngineOptions, Unavailable } from './adapter.ts';
import { guardedBackend, type GuardedBackend } from './webgpu/backend.ts';
import { chosenAdapter, findAdapter } from './webgpu/dawn.ts';
import { isSoftware, nameOf, requestDevice } from './webgpu/device.ts';
import { webgpuOps } from './webgpu/ops.ts';
import { backendPackage, dawnPackage, isMissing, loadBackend } from './webgpu/packages.ts';

const name = 'webgpu';
const softwareAdvice =
  'The processor plays this GPU: it is for tests, auto never takes it, and the cpu engine is faster.';

interface Current {
  readonly chosen: string;
  /** Kept, as a device dies with the instance that it came from. */
  readonly gpu: GPU;
  readonly backend: GuardedBackend;
  readonly device: string;
  readonly software: boolean;
}

let current: Current | null = null;

/** Any GPU, on any desktop system, through Dawn. */
export const webgpu: EngineAdapter = {
  name,
  ops: webgpuOps,
  isLost: () => current?.backend.isLost() ?? false,
  async open(options: EngineOptions): Promise<Engine | Unavailable> {
    try {
      const opened = await reuseOrOpen(chosenAdapter(), options);
      if (!('backend' in opened)) return opened;
      current = opened;
      await tf.setBackend(name);
      const { device, software } = current;
      const detail = `WebGPU, Dawn${software ? ', software adapter' : ''}`;
      return { name, device, detail, threads: 1, ...(software ? { advice: softwareAdvice } : {}) };
    } catch (error) {
      return unavailable(error);
    }
  },
};

async function reuseOrOpen(
  chosen: string,
  { software: softwareWillDo = true }: EngineOptions,
): Promise<Current | Unavailable> {
  const usable = current && current.chosen === chosen && !current.backend.isLost() ? current : null;
  const found = usable ?? (await findAdapter(chosen));
  if ('reason' in found) return found;
  const software = 'adapter' in found ? isSoftware(found.adapter) : found.software;
  if (software && !softwareWillDo) {
    return { reason: 'there is a software adapter alone', remedy: 'Choose webgpu by name to use it all the same.' };
  }
  if (!('adapter' in found)) return found;
  const { gpu, adapter } = found;
  const device = await requestDevice(adapter);
  const backend = await withNavigator(gpu, async () => guardedBackend(await loadBackend(), device, adapter.info));
  tf.removeBackend(name);
  tf.registerBackend(name, () => backend);
  return { chosen, gpu, backend, device: nameOf(adapter), software };
}

/**
 * The backend looks for a browser's `navigator.gpu` as it is loaded and made. It is taken away again: a process does not end while
 * its global object has it.
 */
async function withNavigator<T>(gpu: GPU, work: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return await work();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}

function unavailable(error: unknown): Unavailable {
  if (error instanceof SluiceError) throw error;
  const missing = [dawnPackage, backendPackage].find((each) => isMissing(error, each));
  if (missing)
    return { reason: `the package ${missing} is not installed`, remedy: 'Run: sluice engine install webgpu' };
  return { reason: messageOf(error), remedy: 'Update the driver of the GPU, or use another engine.' };
}
