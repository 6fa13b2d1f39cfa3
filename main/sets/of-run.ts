import { inputFacts, type InputFacts } from '../data/input.ts';
import type { OnProgress } from '../data/progress.ts';
import { SluiceError } from '../errors.ts';
import { choosingAccuracy } from '../records/best-epoch.ts';
import type { PairRecord } from '../records/record.ts';
import { inputOfMetadata } from '../runs/checkpoint/input-metadata.ts';
import { pairFolder, readHalf } from '../runs/checkpoint/pair.ts';
import { statusNow, type Store } from '../runs/store/store.ts';
import type { Run } from '../runs/store/run.ts';
import { phasesWithout } from '../runs/experiment/budgets.ts';
import { planTrainings } from '../training/plan.ts';
import { setNameFrom } from './home.ts';
import { makeSet, type TrainedPair, type TrainedSet } from './make.ts';
import type { OpenedSet } from './open.ts';
import { budgetName } from './pair.ts';

export interface AddOptions {
  /** What to call the set: the name of the run unless given. */
  readonly name?: string;
  readonly onProgress?: OnProgress;
}

/**
 * Makes a set of what the finished phases of a run left, and tells in `notes` what was chosen: of several pairs for one
 * budget (sources, trainings) the one of the best test accuracy. Throws `no-weights` before any phase has finished.
 */
export async function addSet(
  store: Store,
  run: Run,
  { name, onProgress }: AddOptions = {},
): Promise<{ readonly set: OpenedSet; readonly notes: readonly string[] }> {
  const records = store.pairs(run.id);
  const best = bestPairs(records);
  if (best.length === 0) {
    const message = `Run ${run.id} is ${statusNow(store, run)} and has no trained pair yet. Let it finish a phase that leaves one.`;
    throw new SluiceError('no-weights', message, { path: 'run' });
  }
  const trained = await trainedSet(store, run, best);
  const set = await makeSet(name ?? setNameFrom(run.name), trained, onProgress);
  return { set, notes: [...unfinished(store, run), ...passedOver(records, best)] };
}

/** The best pair of each budget; among equals the first. */
function bestPairs(records: readonly PairRecord[]): PairRecord[] {
  const best = new Map<PairRecord['budget'], PairRecord>();
  for (const record of records) {
    const before = best.get(record.budget);
    if (!before || choosingAccuracy(record) > choosingAccuracy(before)) best.set(record.budget, record);
  }
  return [...best.values()];
}

async function trainedSet(store: Store, run: Run, best: readonly PairRecord[]): Promise<TrainedSet> {
  const folder = store.folder(run.id);
  const { experiment, uid, name, seed } = run;
  const images = await imagesOf(run, pairFolder(folder, best[0]));
  return {
    experiment: { ...experiment, seeds: [seed] },
    run: { uid, name, seed },
    images,
    pairs: best.map((record): TrainedPair => {
      const { budget, testAccuracy, training, phase, source } = record;
      const kept = pairFolder(folder, record);
      return {
        budget,
        testAccuracy,
        epochs: epochsOf(run, record),
        origin: { training, phase, source },
        weights: async () => ({
          client: (await readHalf(kept, 'client', uid)).tensors,
          server: (await readHalf(kept, 'server', uid)).tensors,
        }),
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

/** Epochs of its training until the end of its phase. */
function epochsOf({ experiment: { method, phases } }: Run, { training, phase }: PairRecord): number {
  const { firstEpoch, epochs } = planTrainings(method, phasesWithout(phases), Infinity)[training][phase];
  return firstEpoch + epochs;
}

function unfinished(store: Store, run: Run): string[] {
  const status = statusNow(store, run);
  if (status === 'finished') return [];
  return [`Run ${run.id} is ${status}: the set has the pairs of the phases that it finished.`];
}

function passedOver(records: readonly PairRecord[], best: readonly PairRecord[]): string[] {
  return best.flatMap(({ budget, source, training, phase }) => {
    const rivals = records.filter((record) => record.budget === budget).length;
    if (rivals < 2) return [];
    const which = `source ${source + 1}, training ${training + 1}, phase ${phase + 1}`;
    return [`Of ${rivals} pairs of budget ${budgetName(budget)} the set has the most accurate: ${which}.`];
  });
}
