import type { StepRecord } from '../../records/record.ts';
import type { RunLog } from '../../runs/life/log.ts';
import { behindStep, placeAndTotals, takenRecord } from '../../training/counters.ts';
import type { FromSource } from '../source/messages.ts';
import { reachedBy, type Member } from './member.ts';
import type { SourceRecords } from './records.ts';
import type { Snapshot } from '../../training/snapshot.ts';

/**
 * A snapshot with the position and totals of a step further on. The weights stay: it is where a source goes on that
 * died while the server half it shares went on without it.
 */
export function afterStep(snapshot: Snapshot, step: StepRecord): Snapshot {
  return { ...snapshot, ...placeAndTotals(behindStep({ ...snapshot.position, ...snapshot.totals }, step)) };
}

/** Records steps that the server half took and whose source did not tell of them; what it has told of is known already. */
export function recordTaken(
  { source, steps }: Extract<FromSource, { kind: 'taken' }>,
  members: readonly Member[],
  { add, log }: Pick<SourceRecords, 'add'> & { readonly log: RunLog },
): void {
  const member = members.find(({ index }) => index === source);
  if (!member) return;
  const reached = reachedBy(member);
  if (!reached) return;
  member.reached = afterTaken(reached, { source, steps }, (record) => {
    log('step-unreported', { source, step: record.step });
    add(record);
  });
}

/** A snapshot behind those of these steps that come next; each is passed on. */
export function afterTaken(
  snapshot: Snapshot,
  { source, steps }: Pick<Extract<FromSource, { kind: 'taken' }>, 'source' | 'steps'>,
  each: (record: StepRecord) => void = () => undefined,
): Snapshot {
  let reached = snapshot;
  for (const taken of steps) {
    if (reached.position.step !== taken.step) continue;
    const record = takenRecord(reached.position, source, taken);
    each(record);
    reached = afterStep(reached, record);
  }
  return reached;
}
