import { MessageChannel } from 'node:worker_threads';
import { computeHalves } from '../../../../main/processes/server/compute.ts';
import { callsOver, type ComputeThread } from '../../../../main/processes/server/threads.ts';
import { closing } from '../../../support/closing.ts';

/** Server halves of this thread, asked as if they were another's; `change` wraps what is asked there. */
export function computeOverPort(change: (compute: ComputeThread) => ComputeThread = (compute) => compute) {
  const { port1, port2 } = new MessageChannel();
  closing(port1);
  callsOver<object, ComputeThread>(port2, change(computeHalves()));
  return callsOver<ComputeThread, object>(port1, {});
}
