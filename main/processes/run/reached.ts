import { secondsOf } from '../../records/columns.ts';
import type { StepRecord } from '../../records/record.ts';
import type { Snapshot } from '../../training/snapshot.ts';

/**
 * A snapshot with the position and totals of a step further on. The weights stay: it is where a source goes on that
 * died while the server half it shares went on without it.
 */
export function afterStep(snapshot: Snapshot, step: StepRecord): Snapshot {
  const { position, totals } = snapshot;
  const seconds = secondsOf(step);
  return {
    ...snapshot,
    position: { ...position, batch: position.batch + 1, step: step.step + 1 },
    totals: {
      bytesUp: totals.bytesUp + step.bytesUp,
      bytesDown: totals.bytesDown + step.bytesDown,
      wireUp: totals.wireUp + step.wireUp,
      wireDown: totals.wireDown + step.wireDown,
      seconds: totals.seconds + seconds,
      epochLoss: totals.epochLoss + step.crossEntropy * step.samples,
      epochCorrect: totals.epochCorrect + step.correct,
      epochSamples: totals.epochSamples + step.samples,
      epochSeconds: totals.epochSeconds + seconds,
    },
  };
}

/** A snapshot so many steps further on that nothing is known of but that they were taken. */
export function skipped(snapshot: Snapshot, steps: number): Snapshot {
  const { position } = snapshot;
  return { ...snapshot, position: { ...position, batch: position.batch + steps, step: position.step + steps } };
}
