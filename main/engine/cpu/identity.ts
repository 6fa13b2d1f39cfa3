import { Identity } from '@tensorflow/tfjs-core';
import type { CpuKernel } from './kernel.ts';

/** Another view of the same values, counted by the backend. tfjs's own copies them. */
export const identity: CpuKernel = {
  name: Identity,
  handles: ({ x }) => x.dtype !== 'string',
  run(host, { x }) {
    host.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
