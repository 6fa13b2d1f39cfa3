import { dirname } from 'node:path';
import { SluiceError } from '../../errors.ts';
import type { TrainingRecord } from '../../records/record.ts';
import { listCheckpoints, setAside, type ListedCheckpoint } from '../checkpoint/checkpoint.ts';
import type { Manifest, Owner, RecordMark } from '../checkpoint/manifest.ts';
import { createLedger, type Ledger, type Place } from '../store/ledger.ts';
import { readRecordFile, recordFilePath, rewriteRecordFile } from '../store/record-file.ts';
import { sameSum, tally, type RecordSum } from '../store/record-sum.ts';
import { ownerOf } from '../store/run-file.ts';
import { checkpointRoots } from './checkpoint-roots.ts';
import { notice, type TakenUp } from './execution.ts';
import { identify } from './identify.ts';
import { allRecords, recordsLost, restoreRows } from './lost-records.ts';

interface Settled {
  readonly owner: Owner;
  /** What database and record file both hold now, and all they hold. */
  readonly records: readonly TrainingRecord[];
}

/** What there is of a run's records, in the database and in its folder. */
interface Found {
  readonly rows: Ledger;
  readonly filed: Ledger;
}

/** The records that a checkpoint comes after, where its sources stand, and who has all of these records. */
interface Agreement {
  readonly records: readonly TrainingRecord[];
  readonly places: ReadonlyMap<number, Place>;
  readonly inRows: boolean;
  readonly inFile: boolean;
}

/**
 * Brings a run's records and checkpoints to where they agree: to the last checkpoint of each group of sources whose
 * records are there. What one of database and record file has lost is put back from the other. What lies beyond the
 * checkpoints is forgotten, as it is done again. Throws `records-lost` where no checkpoint has its records.
 */
export async function settleRecords(taken: TakenUp): Promise<Settled> {
  const { store, folder } = taken;
  const run = await identify(taken);
  const owner = ownerOf(run);
  const { ledger: filed, damaged } = readRecordFile(folder, run.uid);
  const found = { rows: createLedger(allRecords(store, run.id)), filed };
  const agreements: Agreement[] = [];
  for (const { root } of checkpointRoots(folder)) {
    const agreement = await lastAgreement(taken, root, owner, found);
    if (agreement) agreements.push(agreement);
  }
  const records = agreements.flatMap((agreement) => agreement.records);
  if (agreements.every(({ inRows }) => inRows)) forgetBeyond(taken, agreements);
  else restoreRows(taken, records);
  // Of a run of an earlier version there was none.
  const whole = damaged === 0 && (taken.run.uid === null || agreements.every(({ inFile }) => inFile));
  if (!whole && agreements.length > 0) {
    const path = recordFilePath(folder);
    notice(taken, 'record-file-restored', `${path} was not as it was written; it is made anew from the database.`);
  }
  if (!whole || !holdsOnly(filed, records)) await rewriteRecordFile(folder, run.uid, records);
  return { owner, records };
}

/** Goes back from checkpoint to checkpoint until one has its records; null where there is no checkpoint. */
async function lastAgreement(taken: TakenUp, root: string, owner: Owner, found: Found): Promise<Agreement | null> {
  const listed = await listCheckpoints(root, owner);
  for (const [i, { manifest }] of listed.entries()) {
    const agreement = manifest && agreementOf(manifest, found);
    if (!agreement) continue;
    for (const left of listed.slice(0, i)) await leave(taken, left);
    return agreement;
  }
  if (listed.length === 0) return null;
  const known = listed.find(({ manifest }) => manifest)?.manifest;
  throw known ? recordsLost(taken, sumsOf(known), laidTogether(found).all()) : damagedCheckpoint(listed[0].folder);
}

async function leave(taken: TakenUp, { folder, manifest }: ListedCheckpoint): Promise<void> {
  await setAside(folder);
  const reason = manifest
    ? 'Records that the checkpoint in it comes after are lost'
    : 'The checkpoint in it is damaged';
  notice(taken, 'checkpoint-left', `${folder}: ${reason}. The run goes on from the one before it.`);
}

/** The records of all sources in a checkpoint; null when they cannot be had. */
export function agreementOf(manifest: Manifest, found: Found): Agreement | null {
  const marks = marksOf(manifest);
  const parts: TrainingRecord[][] = [];
  let [inRows, inFile] = [true, true];
  for (const [source, { place, sum }] of marks) {
    const has = (ledger: Ledger): TrainingRecord[] | null => {
      const own = ledger.before(source, place);
      return sameSum(tally(own).sum(), sum) ? own : null;
    };
    const [fromRows, fromFile] = [has(found.rows), has(found.filed)];
    const own = fromRows ?? fromFile ?? has(laidTogether(found));
    if (!own) return null;
    parts.push(own);
    inRows &&= fromRows !== null;
    inFile &&= fromFile !== null;
  }
  const places = new Map([...marks].map(([source, { place }]) => [source, place]));
  return { records: parts.flat(), places, inRows, inFile };
}

/** Each may have lost what the other has. */
function laidTogether({ rows, filed }: Found): Ledger {
  return createLedger([...rows.all(), ...filed.all()]);
}

function marksOf({ records }: Manifest): Map<number, RecordMark> {
  return new Map(Object.entries(records).map(([source, mark]) => [Number(source), mark]));
}

function sumsOf(manifest: Manifest): Map<number, RecordSum> {
  return new Map([...marksOf(manifest)].map(([source, { sum }]) => [source, sum]));
}

/** Removes what lies beyond the checkpoints from the database. */
function forgetBeyond({ store, run }: TakenUp, agreements: readonly Agreement[]): void {
  const places = new Map(agreements.flatMap((agreement) => [...agreement.places]));
  for (let source = 0; source < run.experiment.sources.count; source++) {
    store.truncateAfter(run.id, places.get(source) ?? null, source);
  }
}

function holdsOnly(ledger: Ledger, records: readonly TrainingRecord[]): boolean {
  return sameSum(tally(ledger.all()).sum(), tally(records).sum());
}

function damagedCheckpoint(folder: string): SluiceError {
  const message = `The checkpoint in ${folder} is damaged (manifest.json). Delete ${dirname(folder)} to train from the beginning.`;
  return new SluiceError('checkpoint-damaged', message);
}
