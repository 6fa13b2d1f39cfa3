import type { StepRecord } from '../../records/record.ts';
import { behindStep } from '../../training/counters.ts';
import type { Snapshot } from '../../training/snapshot.ts';

/**
 * A snapshot with the position and totals of a step further on. The weights stay: it is where a source goes on that
 * died while the server half it shares went on without it.
 */
export function afterStep(snapshot: Snapshot, step: StepRecord): Snapshot {
  const {
    training,
    phase,
    epoch,
    batch,
    step: next,
    ...totals
  } = behindStep({ ...snapshot.position, ...snapshot.totals }, step);
  return { ...snapshot, position: { training, phase, epoch, batch, step: next }, totals };
}
