import * as tf from '@tensorflow/tfjs-core';
import type { Host } from './host.ts';

export type Inputs = Readonly<Record<string, tf.TensorInfo>>;
export type Attributes = object;

/** One kernel of the CPU engine, new or in place of tfjs's own. */
export interface CpuKernel {
  readonly name: string;
  /** False leaves these inputs and attributes to the kernel tfjs brings. Always true when absent. */
  handles?(inputs: Inputs, attributes: Attributes): boolean;
  run(host: Host, inputs: Inputs, attributes: Attributes): tf.TensorInfo | tf.TensorInfo[];
}

/** Registers a kernel on the wasm backend. */
export function registerKernel(host: Host, kernel: CpuKernel): void {
  const stock = tf.getKernel(kernel.name, 'wasm') as tf.KernelConfig | undefined;
  if (stock) tf.unregisterKernel(kernel.name, 'wasm');
  tf.registerKernel({
    kernelName: kernel.name,
    backendName: 'wasm',
    kernelFunc: (args) => {
      const inputs = args.inputs as Inputs;
      const attributes = args.attrs ?? {};
      if (!kernel.handles || kernel.handles(inputs, attributes)) return kernel.run(host, inputs, attributes);
      if (stock) return stock.kernelFunc(args);
      throw new Error(`${kernel.name} of the cpu engine does not handle ${JSON.stringify(attributes)}`);
    },
  });
}

export function allFloat32(inputs: Inputs): boolean {
  return Object.values(inputs).every((input?: tf.TensorInfo) => !input || input.dtype === 'float32');
}

/** x [..., maps] as a matrix: its number of rows and of maps. */
export function rowsAndMaps(x: tf.TensorInfo): { rows: number; maps: number } {
  const maps = x.shape[x.shape.length - 1];
  return { rows: tf.util.sizeFromShape(x.shape) / maps, maps };
}

/** The inner loops read and write raw memory: a tensor of another size must not reach them. */
export function expectSize(size: number, ...tensors: tf.TensorInfo[]): void {
  for (const { shape } of tensors) {
    if (tf.util.sizeFromShape(shape) !== size) throw new Error(`Got shape [${shape.join()}], expected ${size} values`);
  }
}
