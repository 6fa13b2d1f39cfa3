import type * as tf from '@tensorflow/tfjs-core';
import type { TensorFlowBackend } from './backend.ts';

type Values = tf.backend_util.BackendValues;

/** What the class of tfjs-node has beyond the interface of a backend. */
interface NodeBackendInstance extends TensorFlowBackend {
  readonly tensorMap: tf.DataStorage<{ readonly values: Values | null }>;
}

export type NodeBackend = new (addon: unknown, packageName: string) => NodeBackendInstance;

/**
 * The backend with memory of its own: tfjs-node hands arrays to TensorFlow without a copy and gives those back that were not
 * used yet, so writing to either, or handing it to another thread, would change tensors.
 */
export function ownMemory(Backend: NodeBackend, addon: unknown, packageName: string): TensorFlowBackend {
  class OwnMemory extends Backend {
    override move(...[dataId, values, ...rest]: Parameters<tf.KernelBackend['move']>): void {
      super.move(dataId, copy(values), ...rest);
    }

    override readSync(dataId: object): Values {
      const values = super.readSync(dataId);
      return values === this.tensorMap.get(dataId).values ? copy(values) : values;
    }
  }
  return new OwnMemory(addon, packageName);
}

/** Strings cannot be written to. */
function copy(values: Values): Values {
  return values.slice();
}
