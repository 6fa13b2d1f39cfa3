import type { StepRecord } from '../../records/record.ts';
import type { RunLog } from '../../runs/life/log.ts';
import { behindStep, standing, takenRecord } from '../../training/counters.ts';
import type { FromSource } from '../source/messages.ts';
import { standingOf, type Member } from './member.ts';
import type { SourceRecords } from './records.ts';
import type { Snapshot } from '../../training/snapshot.ts';

/**
 * A snapshot with the position and totals of a step further on. The weights stay: it is where a source goes on that
 * died while the server half it shares went on without it.
 */
export function afterStep(snapshot: Snapshot, step: StepRecord): Snapshot {
  return { ...snapshot, ...standing(behindStep({ ...snapshot.position, ...snapshot.totals }, step)) };
}

/** Records steps that the server half took and whose source did not tell of them; what it has told of is known already. */
export function recordTaken(
  { source, steps }: Extract<FromSource, { kind: 'taken' }>,
  members: readonly Member[],
  { add, log }: Pick<SourceRecords, 'add'> & { readonly log: RunLog },
): void {
  const member = members.find(({ index }) => index === source);
  if (!member) return;
  const standing = standingOf(member);
  if (!standing) return;
  member.reached = afterTaken(standing, { source, steps }, (record) => {
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
  let standing = snapshot;
  for (const taken of steps) {
    if (standing.position.step !== taken.step) continue;
    const record = takenRecord(standing.position, source, taken);
    each(record);
    standing = afterStep(standing, record);
  }
  return standing;
}
