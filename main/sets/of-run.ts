import { inputFacts, type InputFacts } from '../data/input.ts';
import type { OnProgress } from '../data/progress.ts';
import { SluiceError } from '../errors.ts';
import { bestPairs, type KeptEpoch } from '../records/best-epoch.ts';
import type { StateDict } from '../model/state.ts';
import type { PairRecord } from '../records/record.ts';
import { inputOfMetadata } from '../runs/checkpoint/input-metadata.ts';
import { keptFolders, readHalf } from '../runs/checkpoint/pair.ts';
import { statusNow, type Store } from '../runs/store/store.ts';
import type { Run } from '../runs/store/run.ts';
import { phasesWithout } from '../runs/experiment/budgets.ts';
import type { Side } from '../runs/checkpoint/snapshot-files.ts';
import { planTrainings } from '../training/plan.ts';
import { setNameFrom } from './home.ts';
import { makeSet, type TrainedPair, type TrainedSet } from './make.ts';
import type { OpenedSet } from './open.ts';
import { budgetName } from './pair.ts';

export interface AddOptions {
  /** What to call the set: the name of the run unless given. */
  readonly name?: string;
  /** Of each pair the weights as its phase ended, unless those of the best epoch of that phase. */
  readonly epoch?: KeptEpoch;
  readonly onProgress?: OnProgress;
}

/**
 * Makes a set of what the finished phases of a run left, and tells in `notes` what was chosen: of several pairs for one
 * budget (sources, trainings) the most accurate. Throws `no-weights` before any phase has finished, and for best epochs of a
 * run that keeps none.
 */
export async function addSet(
  store: Store,
  run: Run,
  { name, epoch = 'last', onProgress }: AddOptions = {},
): Promise<{ readonly set: OpenedSet; readonly notes: readonly string[] }> {
  const records = store.pairs(run.id);
  if (records.length === 0) {
    const message = `Run ${run.id} is ${statusNow(store, run)} and has no trained pair yet. Let it finish a phase that leaves one.`;
    throw new SluiceError('no-weights', message, { path: 'run' });
  }
  const best = bestPairs(await keptPairs(store, run, records, epoch));
  const trained = await trainedSet(run, best);
  const set = await makeSet(name ?? setNameFrom(run.name), trained, onProgress);
  return { set, notes: [...unfinished(store, run), ...passedOver(records, best)] };
}

/** A pair that a run keeps, with what its weights achieve. */
interface KeptPair extends Pick<PairRecord, 'budget' | 'training' | 'phase' | 'source' | 'testAccuracy'> {
  readonly validationAccuracy: number;
  readonly epochs: number;
  readonly epoch: KeptEpoch;
  readonly folder: string;
}

/** The files of a pair say what it achieves and after how many epochs; those of earlier versions are of the ends of phases. */
async function keptPairs(
  store: Store,
  run: Run,
  records: readonly PairRecord[],
  epoch: KeptEpoch,
): Promise<KeptPair[]> {
  const folders = keptFolders(store.folder(run.id), run, records, epoch);
  return Promise.all(
    records.map(async (record, i) => {
      const { metadata } = await readHalf(folders[i], 'client', run.uid);
      const { epochs, testAccuracy, validationAccuracy } = metadata;
      const ofBest = epoch === 'best' && {
        testAccuracy: Number(testAccuracy),
        validationAccuracy: validationAccuracy === undefined ? NaN : Number(validationAccuracy),
      };
      const done = epochs === undefined ? plannedEpochs(run, record) : Number(epochs);
      return { ...record, ...ofBest, epochs: done, epoch, folder: folders[i] };
    }),
  );
}

async function trainedSet(run: Run, best: readonly KeptPair[]): Promise<TrainedSet> {
  const { experiment, uid, name, seed } = run;
  return {
    experiment: { ...experiment, seeds: [seed] },
    run: { uid, name, seed },
    images: await imagesOf(run, best[0].folder),
    pairs: best.map(({ budget, testAccuracy, epochs, epoch, training, phase, source, folder }): TrainedPair => {
      const half = async (side: Side): Promise<StateDict> => (await readHalf(folder, side, uid)).tensors;
      return {
        budget,
        testAccuracy,
        epochs,
        epoch,
        origin: { training, phase, source },
        weights: async () => ({ client: await half('client'), server: await half('server') }),
      };
    }),
  };
}

/** What the images are like, as the pair says it, else as the data set does that is here. */
async function imagesOf({ id, uid, experiment: { dataset } }: Run, pair: string): Promise<InputFacts> {
  const { metadata } = await readHalf(pair, 'client', uid);
  const facts = inputOfMetadata(metadata) ?? inputFacts(dataset.name);
  if (facts) return facts;
  const message =
    `The pairs of run ${id} do not say what images they take, as those of version 0.1, and the data set ` +
    `"${dataset.name}" is not here. Get or import it, then make the set.`;
  throw new SluiceError('dataset-missing', message, { path: 'dataset.name' });
}

/** Epochs of its training until the end of its phase, had none ended early. */
function plannedEpochs({ experiment: { method, phases } }: Run, { training, phase }: PairRecord): number {
  const { firstEpoch, epochs } = planTrainings(method, phasesWithout(phases), Infinity)[training][phase];
  return firstEpoch + epochs;
}

function unfinished(store: Store, run: Run): string[] {
  const status = statusNow(store, run);
  if (status === 'finished') return [];
  return [`Run ${run.id} is ${status}: the set has the pairs of the phases that it finished.`];
}

function passedOver(records: readonly PairRecord[], best: readonly KeptPair[]): string[] {
  return best.flatMap(({ budget, source, training, phase }) => {
    const rivals = records.filter((record) => record.budget === budget).length;
    if (rivals < 2) return [];
    const which = `source ${source + 1}, training ${training + 1}, phase ${phase + 1}`;
    return [`Of ${rivals} pairs of budget ${budgetName(budget)} the set has the most accurate: ${which}.`];
  });
}
