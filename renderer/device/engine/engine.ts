import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf, SluiceError } from '../../../main/errors.ts';
import { useOps } from '../../../main/engine/ops/current.ts';
import { webgpuOps } from '../../../main/engine/webgpu/ops.ts';
import { openWasm } from './wasm.ts';
import { openWebgpu } from './webgpu.ts';

/** What computes in a browser, best first. `wasm` is the cpu engine, with the same kernels. */
export const deviceEngines = ['webgpu', 'wasm', 'script'] as const;
export type DeviceEngine = (typeof deviceEngines)[number];

/** An engine that is open, as runs and pages name it. */
export interface OpenDeviceEngine {
  readonly name: DeviceEngine;
  readonly device: string;
  readonly detail: string;
}

/**
 * Opens the best engine of this browser, or the one that is named, and makes it current. Throws `engine-unavailable` with
 * the reasons.
 */
export async function openDeviceEngine(choice: DeviceEngine | 'auto'): Promise<OpenDeviceEngine> {
  tf.enableProdMode();
  const reasons: string[] = [];
  for (const name of choice === 'auto' ? deviceEngines : [choice]) {
    try {
      const opened = await open[name](choice !== 'auto');
      if (opened) return opened;
      reasons.push(`${name}: this browser offers no GPU`);
    } catch (error) {
      reasons.push(`${name}: ${messageOf(error)}`);
    }
  }
  throw new SluiceError(
    'engine-unavailable',
    `This browser cannot compute (${reasons.join('; ')}). Use a browser of this year, and open the page over https.`,
    { path: 'engine' },
  );
}

const device = 'this browser';

const open: Readonly<Record<DeviceEngine, (byName: boolean) => Promise<OpenDeviceEngine | null>>> = {
  async webgpu(byName) {
    const gpu = await openWebgpu({ software: byName });
    if (gpu === null) return null;
    useOps(webgpuOps);
    return { name: 'webgpu', device: gpu, detail: 'WebGPU of the browser' };
  },
  async wasm() {
    await openWasm();
    useOps();
    return { name: 'wasm', device, detail: 'WebAssembly, 1 thread' };
  },
  async script() {
    await tf.setBackend('cpu');
    useOps();
    return { name: 'script', device, detail: 'JavaScript, slow' };
  },
};
