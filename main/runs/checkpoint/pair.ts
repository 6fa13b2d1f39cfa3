import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inputFacts } from '../../data/input.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { keepsBest, type KeptEpoch } from '../../records/best-epoch.ts';
import type { PairRecord } from '../../records/record.ts';
import type { StateDict } from '../../training/snapshot.ts';
import type { Run } from '../store/run.ts';
import { publishFolder } from './durable.ts';
import { inputMetadata } from './input-metadata.ts';
import { weightsFiles, type Side } from './snapshot-files.ts';
import { readSafetensors, writeSafetensors, type WeightsFile } from './weights-file.ts';

/**
 * Where the pair of a finished phase is kept: `pairs/<training>-<phase>-b<budget>`, `-source-<n>` after it for all but the first,
 * and `-best` for its best epoch.
 */
export function pairFolder(
  runFolder: string,
  { training, phase, source, budget }: PairRecord,
  kept: KeptEpoch = 'last',
): string {
  const name = `${training}-${phase}-b${budget ?? 'full'}`;
  const ofSource = source === 0 ? name : `${name}-source-${source}`;
  return join(runFolder, 'pairs', kept === 'last' ? ofSource : `${ofSource}-best`);
}

/** The folders of these pairs of a run. Throws `no-weights` where their best epochs are asked for and were not kept. */
export function keptFolders(
  runFolder: string,
  { id, experiment }: Pick<Run, 'id' | 'experiment'>,
  pairs: readonly PairRecord[],
  kept: KeptEpoch,
): string[] {
  const folders = pairs.map((pair) => pairFolder(runFolder, pair, kept));
  if (kept === 'last' || (folders.length > 0 && folders.every((folder) => existsSync(folder)))) return folders;
  const why = keepsBest(experiment)
    ? 'has finished no phase yet'
    : 'keeps no best epochs, as it holds no images out (validation) and has no stop';
  throw new SluiceError('no-weights', `Run ${id} ${why}. Take the last epochs instead (--epoch last).`, {
    path: 'epoch',
  });
}

interface KeptAs {
  readonly kept?: KeptEpoch;
  /** Epochs of its training until then. */
  readonly epochs?: number;
}

/**
 * Keeps a member of the model set Θ for good, as `{client,server}.safetensors` with the experiment, seed, budget,
 * accuracy, which epoch it is of and what the images are like as metadata.
 */
export async function savePair(
  runFolder: string,
  run: Run,
  pair: PairRecord,
  weights: Readonly<Record<Side, StateDict>>,
  { kept = 'last', epochs }: KeptAs = {},
): Promise<void> {
  const input = inputFacts(run.experiment.dataset.name);
  await publishFolder(pairFolder(runFolder, pair, kept), async (folder) => {
    for (const half of ['client', 'server'] as const) {
      await writeSafetensors(join(folder, weightsFiles[half]), weights[half], {
        half,
        run: run.id,
        ...(run.uid === null ? {} : { uid: run.uid }),
        seed: String(run.seed),
        budget: String(pair.budget ?? 'full'),
        testAccuracy: String(pair.testAccuracy),
        epoch: kept,
        ...(epochs !== undefined && { epochs: String(epochs) }),
        ...(pair.validationAccuracy >= 0 && { validationAccuracy: String(pair.validationAccuracy) }),
        ...(input && inputMetadata(input)),
        experiment: JSON.stringify(run.experiment),
      });
    }
  });
}

/** Throws what readHalf throws for either half. */
export async function requireWholePair(folder: string, run: string | null = null): Promise<void> {
  for (const half of ['client', 'server'] as const) await readHalf(folder, half, run);
}

/**
 * One half of the pair in a folder. Throws `weights-damaged` when it is not as it was written, and `weights-other` when it is
 * of another run than the one with this uid (null: whosever it is).
 */
export async function readHalf(folder: string, half: Side, run: string | null = null): Promise<WeightsFile> {
  const path = join(folder, weightsFiles[half]);
  let read: WeightsFile;
  try {
    read = await readSafetensors(path);
    // Those of earlier versions have neither.
    if ('uid' in read.metadata !== 'sha256' in read.metadata) throw new Error(`${path} has lost its SHA-256`);
  } catch (cause) {
    const message = `The trained pair in ${folder} is damaged: ${messageOf(cause)} It cannot be made again but by training anew.`;
    throw new SluiceError('weights-damaged', message, { cause });
  }
  const { uid } = read.metadata;
  if (run === null || uid === undefined || uid === run) return read;
  const message = `The trained pair in ${folder} is of another run. Put back the folder that belongs to this one, or move it away.`;
  throw new SluiceError('weights-other', message);
}
