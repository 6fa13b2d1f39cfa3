import { describe, expect, it } from 'vitest';
import { outcomeOfSearch } from '../../../../main/lab/search/outcome.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { createRuns, stopRun } from '../../../../main/runs/life/lifecycle.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { lookAt, nextStep, openSearch, planSearch } from '../../../../main/runs/search/search.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { temporaryHome } from '../../../support/home.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';
import { executeToy } from '../../../support/toy-training.ts';

temporaryHome();

const input: ExperimentInput = {
  name: 'toy',
  method: 'high-compression',
  dataset: { trainSamples: 64, testSamples: 16 },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  phases: [{ budget: 2, epochs: 4 }],
  search: { floor: 0.9999, trials: 4, settings: { lr: { from: 0.01, to: 0.1 } }, rungs: { unit: 'epochs', count: 2 } },
};

type Row = ReturnType<Store['addSearch']>;

function started(store: Store, changes: Partial<NonNullable<ExperimentInput['search']>> = {}): Row {
  const experiment = { ...input, search: { ...input.search!, ...changes } };
  return store.addSearch({ id: 'toy@1', project: 'default', experiment, inLab: false });
}

/** Trains what the search wants, at most so many times; what came of each step. */
async function train(store: Store, row: Row, most = 100): Promise<string[]> {
  const open = openSearch(row);
  const steps: string[] = [];
  while (steps.length < most) {
    const step = nextStep(store, open, row);
    if (step.kind !== 'train') break;
    await executeToy(store, step.run.id, { stepsPerEpoch: 2 });
    steps.push(`${step.run.id.slice(0, 4)} to ${store.epochs(step.run.id).length}`);
  }
  return steps;
}

const epochsIn = (store: Store): number[] => store.list().map(({ id }) => store.epochs(id).length);

describe('a search over runs', () => {
  it('trains each point to its rung, and has the best go on from their checkpoints', async () => {
    const store = openTestStore(temporaryFolder());
    const steps = await train(store, started(store));
    // Once three have had an epoch the best of these goes on to its end, before the fourth begins.
    expect(steps.map((step) => step.slice(-1))).toEqual(['1', '1', '1', '4', '1']);
    expect(epochsIn(store).sort()).toEqual([1, 1, 1, 4]);
    expect(
      store
        .list()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['finished', ...Array<string>(3).fill('stopped')]);
    // Nothing was trained twice: the records of each epoch are there once, and every step began where the last ended.
    const best = store.list().find(({ status }) => status === 'finished')!;
    expect(store.steps(best.id).map(({ step }) => step)).toEqual(Array.from({ length: 8 }, (_, i) => i));
    expect(best.group).toBe('toy@1');
  });

  it('goes on where it was left, to the same end', async () => {
    const whole = openTestStore(temporaryFolder());
    const expected = await train(whole, started(whole));
    const store = openTestStore(temporaryFolder());
    const row = started(store);
    const steps: string[] = [];
    // Each time as another process would, with nothing but the store.
    for (let i = 0; i < expected.length; i++) steps.push(...(await train(store, row, 1)));
    expect(steps).toEqual(expected);
    expect(nextStep(store, openSearch(row), row)).toEqual({ kind: 'end' });
  });

  it('has a run go on that was killed on its way to a rung, before it begins another', () => {
    const store = openTestStore(temporaryFolder());
    const row = started(store);
    const first = nextStep(store, openSearch(row), row);
    if (first.kind !== 'train') throw new Error('nothing to train');
    store.setStatus(first.run.id, 'running');
    store.setStatus(first.run.id, 'interrupted');
    expect(nextStep(store, openSearch(row), row)).toMatchObject({ kind: 'train', run: { id: first.run.id } });
    expect(store.halt(first.run.id)).toEqual({ epochs: 1, accuracy: 0.9999 });
    expect(store.list()).toHaveLength(1);
  });

  it('gives up what was stopped by hand or deleted, and says so', async () => {
    const store = openTestStore(temporaryFolder());
    const row = started(store);
    const open = openSearch(row);
    for (const give of [(id: string) => void stopRun(store, id), (id: string) => store.delete(id)]) {
      const step = nextStep(store, open, row);
      if (step.kind === 'train') give(step.run.id);
    }
    expect(lookAt(store, open).map(({ progress }) => progress.state)).toEqual(['failed', 'failed', 'new', 'new']);
    const { trials } = outcomeOfSearch(store, row, open);
    expect(trials.slice(0, 2).map(({ reason }) => reason)).toEqual(['It was stopped by hand.', 'Its run was deleted.']);
    await train(store, row);
    expect(epochsIn(store).filter((epochs) => epochs > 0)).toHaveLength(2);
  });

  it('says plainly when no run reaches the floor', async () => {
    const store = openTestStore(temporaryFolder());
    const row = started(store, { trials: 2 });
    await train(store, row);
    store.changeSearch(row.id, { state: 'ended' });
    const { verdict, best } = outcomeOfSearch(store, store.findSearch('toy'), openSearch(row));
    expect(verdict).toMatch(/^No run reaches 100\.0 %\. The best found is .* 1 of 2 trials were trained to their end/);
    expect(best).not.toBeNull();
  });

  it('leaves points out that cannot be trained, with the reason, and is refused where none can', () => {
    const settings = { 'split.layer': [3, 40], lr: [0.1] };
    const { points, refused } = planSearch({ ...input, search: { ...input.search!, settings } });
    expect(points.map(({ values }) => values['split.layer'])).toEqual([3]);
    expect(refused).toEqual([
      { values: { 'split.layer': 40, lr: 0.1 }, reason: expect.stringContaining('split.layer is 40') as string },
    ]);
    const none = { ...input.search!, settings: { 'split.layer': [40, 41] } };
    expect(() => planSearch({ ...input, search: none })).toThrow(/^No point of the search can be trained/);
  });

  it.each([
    [{ floor: 0.5, maxBytes: 100 }, /search\.maxBytes is 100: expected nothing where there is a floor/],
    [{ floor: undefined }, /search has no goal/],
    [{ floor: 1.5 }, /search\.floor is 1\.5/],
    [{ settings: {} }, /search\.settings is empty/],
    [{ settings: { seed: [1, 2] } }, /search\.settings\.seed cannot be searched/],
    [{ settings: { 'search.trials': [1] } }, /is no setting that can be swept/],
    [{ rungs: { at: [5, 5] } }, /search\.rungs\.at\.1 is 5: expected more than 5/],
  ])('refuses %j', (changes, message) => {
    expect(() => parseExperiment({ ...input, search: { ...input.search!, ...changes } })).toThrow(message);
  });

  it('is no run, and is not with a sweep or several seeds', async () => {
    const store = openTestStore(temporaryFolder());
    await expect(createRuns(store, [parseExperiment(input)], 'toy')).rejects.toThrow(/start it with sluice search/);
    expect(() => parseExperiment({ ...input, seeds: [1, 2] })).toThrow(/one seed with a search/);
    expect(() => parseExperiment({ ...input, sweep: { settings: { lr: [1] } } })).toThrow(/together with a sweep/);
  });
});
