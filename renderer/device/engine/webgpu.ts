import * as backend from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { guardedBackend } from '../../../main/engine/webgpu/backend.ts';
import { isSoftware, nameOf, requestDevice, type Adapter } from '../../../main/engine/webgpu/device.ts';

const name = 'webgpu';

/** The browser's GPU, made current; null where it has none, or one that the processor plays. Gives its name. */
export async function openWebgpu({ software = false } = {}): Promise<string | null> {
  const { gpu }: { readonly gpu?: GPU } = navigator;
  const adapter: Adapter | null = (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? null;
  if (!adapter || (isSoftware(adapter) && !software)) return null;
  const device = await requestDevice(adapter);
  const guarded = guardedBackend(backend, device, adapter.info);
  tf.removeBackend(name);
  tf.registerBackend(name, () => guarded);
  await tf.setBackend(name);
  return nameOf(adapter) || 'GPU';
}
