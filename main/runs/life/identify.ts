import { randomUUID } from 'node:crypto';
import { SluiceError } from '../../errors.ts';
import { bindCheckpoints } from '../checkpoint/checkpoint.ts';
import type { RecordMark } from '../checkpoint/manifest.ts';
import { createLedger, placeOf } from '../store/ledger.ts';
import { tally } from '../store/record-sum.ts';
import { ownerOf, readRunFile, runFileOf, writeRunFile, type IdentifiedRun, type RunFile } from '../store/run-file.ts';
import type { Run } from '../store/run.ts';
import { checkpointRoots } from './checkpoint-roots.ts';
import type { TakenUp } from './execution.ts';
import { allRecords } from './lost-records.ts';

/**
 * The run with its uid, after making sure that its folder is its own: throws `run-other`. A run of an earlier version
 * gets a uid now, and its checkpoints are bound to it as they are.
 */
export async function identify(taken: TakenUp): Promise<IdentifiedRun> {
  const { store, run, folder } = taken;
  const file = fileIn(folder);
  if (file && !isOf(file, run)) throw otherFolder(run, folder, file);
  if (run.uid !== null && file) return { ...run, uid: run.uid };
  const known = { ...run, uid: run.uid ?? file?.uid ?? randomUUID() };
  writeRunFile(folder, runFileOf(known, store.annotations(run.id)));
  if (run.uid === null) {
    await bindAll(taken, known);
    store.setUid(run.id, known.uid);
  }
  return known;
}

/** One that cannot be read says nothing: the database has all of it. */
function fileIn(folder: string): RunFile | null {
  try {
    return readRunFile(folder);
  } catch {
    return null;
  }
}

function isOf(file: RunFile, run: Run): boolean {
  if (run.uid !== null) return file.uid === run.uid;
  return file.id === run.id && file.seed === run.seed && file.createdAt === run.createdAt.toISOString();
}

async function bindAll({ store, folder }: TakenUp, run: IdentifiedRun): Promise<void> {
  const rows = createLedger(allRecords(store, run.id));
  for (const { root, sourceOf } of checkpointRoots(folder)) {
    await bindCheckpoints(root, (cut) => {
      const marks = [...cut].map(([key, { position }]): [number, RecordMark] => {
        const [source, place] = [sourceOf(key), placeOf(position)];
        return [source, { place, sum: tally(rows.before(source, place)).sum() }];
      });
      return { ...ownerOf(run), records: new Map(marks) };
    });
  }
}

function otherFolder({ id }: Run, folder: string, { name, createdAt, uid }: RunFile): SluiceError {
  const message =
    `${folder} is the folder of another run ("${name}", made ${createdAt}, ${uid}), not that of run ${id} in the database. ` +
    'Move it away; in the runs folder of another home (SLUICE_HOME) "sluice adopt" takes it up.';
  return new SluiceError('run-other', message);
}
