import { openBatches } from '../../data/batches.ts';
import { datasetFingerprint } from '../../data/fingerprint.ts';
import { openEngine } from '../../engine/engine.ts';
import { connectOffload } from '../../offload/client/client.ts';
import { workAt } from './part.ts';

/** Does the part of a data source in a run, in a process of Node with the data sets of this machine. */
export const work = workAt({
  openEngine,
  async openData(options) {
    const fingerprint = await datasetFingerprint(options.dataset);
    return { data: await openBatches(options), fingerprint };
  },
  connect: connectOffload,
});
