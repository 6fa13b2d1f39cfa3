import { createBirpc, type BirpcReturn } from 'birpc';
import type { DeviceFunctions, PageFunctions } from './rpc.ts';

export type DeviceCalls = BirpcReturn<DeviceFunctions, PageFunctions>;

/** Starts the worker of this page. */
export function startDevice(page: PageFunctions): DeviceCalls {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'sluice-device' });
  return createBirpc<DeviceFunctions, PageFunctions>(page, {
    post: (message: unknown) => worker.postMessage(message),
    on: (listen: (message: unknown) => void) => worker.addEventListener('message', ({ data }) => listen(data)),
    timeout: -1,
  });
}
