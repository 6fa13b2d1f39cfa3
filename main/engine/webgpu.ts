import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors.ts';
import type { Engine, EngineAdapter, Unavailable } from './adapter.ts';

/** Not dependencies: Dawn, the WebGPU of Chromium, for Node, and the backend that runs on it. */
const DAWN: string = 'webgpu';
const BACKEND: string = '@tensorflow/tfjs-backend-webgpu';

interface Dawn {
  readonly create: (flags: string[]) => Gpu;
  readonly globals: object;
}

interface Gpu {
  requestAdapter(): Promise<{ readonly info: { readonly description: string; readonly vendor: string } } | null>;
}

/** Any GPU, on any desktop system, through Dawn. */
export const webgpu: EngineAdapter = {
  name: 'webgpu',
  async open(): Promise<Engine | Unavailable> {
    try {
      const adapter = await (await provideGpu()).requestAdapter();
      if (!adapter)
        return { reason: 'Dawn finds no GPU', remedy: 'Install a Vulkan (Linux), Metal or Direct3D 12 driver.' };
      await import(BACKEND);
      if (!(await tf.setBackend('webgpu'))) return { reason: 'the GPU refused a device', remedy: 'Update its driver.' };
      const device = adapter.info.description || adapter.info.vendor;
      return { name: 'webgpu', device, detail: 'WebGPU, Dawn', threads: 1 };
    } catch (error) {
      const remedy = `Run: npm install --no-save ${DAWN} ${BACKEND}@4.22.0`;
      const missing = [DAWN, BACKEND].find((name) => messageOf(error).includes(`'${name}'`));
      return { reason: missing ? `the package ${missing} is not installed` : messageOf(error), remedy };
    }
  },
};

let gpu: Gpu | null = null;

/** Puts Dawn where the backend looks for a browser's, once: a device dies with the instance it came from. */
async function provideGpu(): Promise<Gpu> {
  if (gpu) return gpu;
  const { create, globals } = (await import(DAWN)) as Dawn;
  gpu = create([]);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  return gpu;
}
