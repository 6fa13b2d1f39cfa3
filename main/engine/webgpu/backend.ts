import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { SluiceError } from '../../errors.ts';
import { turn } from '../../pause.ts';
import type { BackendPackage } from './packages.ts';

/** The backend of TensorFlow.js that tells what goes wrong on the device, which WebGPU itself keeps quiet about. */
export interface GuardedBackend extends WebGPUBackend {
  isLost(): boolean;
}

/**
 * A backend on this device. Reading a tensor throws `device-lost` once the device is gone, `out-of-memory` once it had no
 * memory for one, and what else the device complained of; a tensor that is larger than a buffer may be throws
 * `tensor-too-large` before it gets there.
 */
export function guardedBackend(
  { WebGPUBackend }: BackendPackage,
  device: GPUDevice,
  info: GPUAdapterInfo,
): GuardedBackend {
  let lost: GPUDeviceLostInfo | null = null;
  let complaint: Error | null = null;
  void device.lost.then((how) => (lost = how));
  device.addEventListener('uncapturederror', (event) => {
    // It is told here, and need not be on the standard error, too.
    event.preventDefault();
    complaint ??= errorOf((event as GPUUncapturedErrorEvent).error);
  });

  function throwIfBroken(): void {
    if (lost) throw deviceLost(lost);
    if (!complaint) return;
    const thrown = complaint;
    complaint = null;
    throw thrown;
  }

  class Guarded extends WebGPUBackend implements GuardedBackend {
    isLost(): boolean {
      return lost !== null;
    }

    override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
      throwIfBroken();
      const values = await super.read(dataId).catch(async (error: unknown) => {
        // That the device is lost may be heard a moment later.
        await turn();
        throwIfBroken();
        throw error;
      });
      throwIfBroken();
      // The backend would keep them as the tensor's own, and kernels that write in place change what is on the device.
      const data = this.tensorMap.has(dataId) ? this.tensorMap.get(dataId) : null;
      if (data?.resource) Object.assign(data, { values: null });
      return values;
    }

    override readSync(dataId: object): tf.backend_util.BackendValues {
      throwIfBroken();
      const { values, resource } = this.tensorMap.get(dataId);
      if (!resource) return values;
      throw new Error('A tensor on the GPU cannot be read at once: await its data().');
    }

    override uploadToGPU(dataId: object): void {
      const { shape, resource } = this.tensorMap.get(dataId);
      if (!resource) requireFits(shape, device.limits);
      super.uploadToGPU(dataId);
    }
  }
  return new Guarded(device, info);
}

function requireFits(shape: number[], { maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits): void {
  const bytes = 4 * tf.util.sizeFromShape(shape);
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (bytes <= most) return;
  throw new SluiceError(
    'tensor-too-large',
    `A tensor [${shape.join(', ')}] takes ${mebibytes(bytes)} MiB, and this GPU takes ${mebibytes(most)} MiB at most in one. ` +
      'Take a smaller batch, smaller images or a narrower network, or the cpu engine.',
  );
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function deviceLost({ reason, message }: GPUDeviceLostInfo): SluiceError {
  return new SluiceError(
    'device-lost',
    `The GPU was lost (${message || reason}): its driver was reset or updated, or it was taken away. ` +
      'What was computed since the last checkpoint is gone; resume once it is back, or take another engine.',
  );
}

function errorOf(error: GPUError): Error {
  if (!(error instanceof GPUOutOfMemoryError)) return new Error(`WebGPU: ${error.message}`);
  return new SluiceError(
    'out-of-memory',
    `The GPU has not enough memory (${error.message}). Take a smaller batch, smaller images or a narrower network.`,
  );
}
