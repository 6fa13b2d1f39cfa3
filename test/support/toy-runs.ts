import { join } from 'node:path';
import { loadCheckpoint } from '../../main/runs/checkpoint/checkpoint.ts';
import { pairFolder } from '../../main/runs/checkpoint/pair.ts';
import { readSafetensors } from '../../main/runs/checkpoint/weights-file.ts';
import type { Store } from '../../main/runs/store/store.ts';
import { experiment } from './run-records.ts';
import { executeToy, type ToyOptions } from './toy-training.ts';

/** A run of three epochs in two phases, with a checkpoint every seven of its sixty steps. */
export const plan = experiment({
  phases: [
    { budget: 4, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ],
  checkpointSteps: 7,
});
export const stepsPerEpoch = 20;
export const totalSteps = 60;
export const toy: ToyOptions = { stepsPerEpoch };

/** Everything a run leaves behind that an interruption must not change. */
export async function outcome(store: Store, id: string) {
  const pairs = store.pairs(id);
  return {
    status: store.find(id).status,
    checkpoint: (await loadCheckpoint(store.folder(id))).get(0),
    records: [store.steps(id), store.epochs(id), pairs],
    kept: await Promise.all(
      pairs.map((pair) => readSafetensors(join(pairFolder(store.folder(id), pair), 'client.safetensors'))),
    ).then((files) => files.map(({ tensors }) => tensors)),
  };
}

/** The same run, let alone. */
export async function uninterrupted(store: Store) {
  const { id } = store.create(plan, 1);
  await executeToy(store, id, toy);
  return outcome(store, id);
}
