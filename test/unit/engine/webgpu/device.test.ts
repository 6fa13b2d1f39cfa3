import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { diagnoseEngines, mendEngine, openEngine } from '../../../../main/engine/engine.ts';
import { reluGrad } from '../../../../main/engine/ops.ts';
import { hasWebgpu } from './has-webgpu.ts';

const named = async (): Promise<string> => (await openEngine('webgpu')).detail;

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(!(await hasWebgpu()))('the device of webgpu', () => {
  const isSoftware = (): Promise<boolean> => named().then((detail) => detail.includes('software adapter'));

  beforeEach(async () => {
    await openEngine('webgpu');
  });

  it('is lost with all it had: reading says so, and opening the engine again takes a new one', async () => {
    const lost = tf.ones([2, 2]);
    const used = tf.add(lost, 1);
    (tf.backend() as unknown as WebGPUBackend).device.destroy();
    const deviceLost = expect.objectContaining({ code: 'device-lost' }) as Error;
    await expect(used.data()).rejects.toEqual(deviceLost);
    await expect(used.data()).rejects.toThrow('resume once it is back');
    expect(() => used.dataSync()).toThrow(deviceLost);
    await mendEngine();
    const [dy, y] = [tf.ones([3]), tf.tensor1d([1, -1, 2])];
    expect([...(await reluGrad({ dy, y }).data())]).toEqual([1, 0, 1]);
    expect(() => tf.add(used, 1)).toThrow(deviceLost);
  });

  it('stays the same while nothing is wrong with it', async () => {
    const before = tf.backend();
    await mendEngine();
    await openEngine('webgpu');
    expect(tf.backend()).toBe(before);
  });

  it('refuses a tensor that is larger than its buffers, with what to do', () => {
    const { maxStorageBufferBindingSize } = (tf.backend() as unknown as WebGPUBackend).device.limits;
    const tooLarge = expect.objectContaining({
      code: 'tensor-too-large',
      message: expect.stringMatching(/\[2, \d+\] takes \d+ MiB.* Take a smaller batch/) as string,
    }) as Error;
    expect(() => tf.fill([2, maxStorageBufferBindingSize / 8 + 1], 7)).toThrow(tooLarge);
  });

  it('says what it complains of once, where a tensor is read', async () => {
    const { device } = tf.backend() as unknown as WebGPUBackend;
    device.createBuffer({ size: 2 * device.limits.maxBufferSize, usage: GPUBufferUsage.STORAGE });
    const ones = tf.add(tf.ones([2]), 0);
    await expect(ones.data()).rejects.toThrow('WebGPU: ');
    expect([...(await ones.data())]).toEqual([1, 1]);
  });

  it('that is a software one is never taken by auto, and doctor says what it is', async () => {
    const software = await isSoftware();
    const { name } = await openEngine('auto', { threads: 1 });
    const report = (await diagnoseEngines()).find((engine) => engine.name === 'webgpu')!;
    expect(report.available).toBe(true);
    expect(report.detail.includes('software adapter')).toBe(software);
    if (software) expect(name).not.toBe('webgpu');
  });

  it('is the one that SLUICE_WEBGPU_ADAPTER names, or none', async () => {
    const { device } = await openEngine('webgpu');
    vi.stubEnv('SLUICE_WEBGPU_ADAPTER', 'none');
    await expect(openEngine('webgpu')).rejects.toMatchObject({ code: 'engine-unavailable', message: /"none"/ });
    vi.stubEnv('SLUICE_WEBGPU_ADAPTER', 'Abacus 3000');
    await expect(openEngine('webgpu')).rejects.toMatchObject({
      code: 'bad-webgpu-adapter',
      message: expect.stringMatching(/"Abacus 3000".*part of no adapter's name\. There (is|are): \w/) as string,
    });
    vi.stubEnv('SLUICE_WEBGPU_ADAPTER', 'low-power');
    expect((await openEngine('webgpu')).device).not.toBe('');
    vi.stubEnv('SLUICE_WEBGPU_ADAPTER', '');
    expect((await openEngine('webgpu')).device).toBe(device);
  });
});
