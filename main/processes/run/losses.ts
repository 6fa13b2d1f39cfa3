import { SluiceError } from '../../errors.ts';
import { mayPass } from '../../offload/client/dial.ts';

/** What a data source can fail with that is not the end of its run. */

/** The server has forgotten the session: from a checkpoint it can go on. */
export function isForgotten(failure: Error): boolean {
  return failure instanceof SluiceError && failure.code === 'session-lost';
}

/** What computes one of the halves is gone, and all that was in its memory; the checkpoints are not. */
export function isDeviceLost(failure: Error): boolean {
  return failure instanceof SluiceError && failure.code === 'device-lost';
}

/** Without its server a source that is to stop has nothing to save. */
export function isLoss(failure: Error): boolean {
  return isForgotten(failure) || mayPass(failure);
}
