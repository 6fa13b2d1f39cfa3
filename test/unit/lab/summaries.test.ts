import { describe, expect, it } from 'vitest';
import { openSummaries } from '../../../main/lab/runs/summaries.ts';
import { lockRun } from '../../../main/runs/life/lock.ts';
import { epochRecord, experiment, stepRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

const small = experiment({
  dataset: { name: 'synthetic', trainSamples: 160, testSamples: 16 },
  model: { name: 'cnn' },
  split: { layer: 3 },
  phases: [{ budget: 4, epochs: 4 }],
});

describe('runs as lists show them', () => {
  it('are told when they are new, have changed or are gone, and only then', () => {
    const store = openTestStore(temporaryFolder());
    const summaries = openSummaries(store);
    const ids = Array.from({ length: 30 }, (_, seed) => store.create(small, seed).id);
    expect(summaries.changes().changed.map(({ id }) => id)).toEqual(ids);
    expect(summaries.changes()).toEqual({ changed: [], deleted: [] });
    store.annotate(ids[3], { tags: ['kept'] });
    store.delete(ids[5]);
    expect(summaries.changes()).toMatchObject({ changed: [{ id: ids[3], tags: ['kept'] }], deleted: [ids[5]] });
    store.annotate(ids[4], { name: 'wide', project: 'vision', archived: true });
    const renamed = { id: ids[4], name: 'wide', project: 'vision', archived: true, experiment: { name: 'wide' } };
    expect(summaries.changes()).toMatchObject({ changed: [renamed], deleted: [] });
    expect(summaries.all().map(({ number }) => number)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1).toSpliced(5, 1),
    );
  });

  it('tell which of those that wait the lab will not start', () => {
    const store = openTestStore(temporaryFolder());
    const summaries = openSummaries(store);
    const [lab, terminal] = [1, 2].map((seed) => store.create(small, seed).id);
    store.enqueue(lab);
    expect(summaries.all().map(({ elsewhere }) => elsewhere)).toEqual([false, true]);
    summaries.changes();
    store.enqueue(terminal);
    expect(summaries.changes().changed).toMatchObject([{ id: terminal, elsewhere: false }]);
  });

  it('have best and last accuracy and bytes of several sources and trainings together', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(small, 1);
    const epoch = (number: number, source: number, testAccuracy: number, bytesUp: number) =>
      epochRecord(number, { source, testAccuracy, bytesUp, bytesDown: 2 * bytesUp, samplesPerSecond: 10 });
    store.append(id, [epoch(0, 0, 0.5, 100), epoch(0, 1, 0.7, 100), epoch(1, 0, 0.2, 200), epoch(1, 1, 0.4, 250)]);
    store.append(id, [{ ...epoch(0, 0, NaN, 50), training: 1 }]);
    for (const status of ['running', 'finished'] as const) store.setStatus(id, status);
    const [summary] = openSummaries(store).all();
    expect(summary).toMatchObject({ epochsDone: 3, epochsTotal: 4, lastAccuracy: null, samplesPerSecond: 15 });
    expect(summary).toMatchObject({ bytesUp: 500, bytesDown: 1000, progress: null });
    expect(summary.bestAccuracy).toBeCloseTo(0.6);
  });

  it('have the best at every budget by itself, and the last as the best of the run', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(small, 1);
    const at = (number: number, budget: number | null, testAccuracy: number) =>
      epochRecord(number, { budget, testAccuracy, phase: budget === null ? 0 : 1 });
    store.append(id, [at(0, null, 0.8), at(1, null, 0.7), at(2, 4, 0.3), at(3, 4, 0.6), at(4, 4, 0.5)]);
    const [{ bests, bestAccuracy }] = openSummaries(store).all();
    expect(bests).toEqual([
      { budget: null, accuracy: 0.8 },
      { budget: 4, accuracy: 0.6 },
    ]);
    expect(bestAccuracy).toBe(0.6);
  });

  it('choose the best epoch on the images that are held out, and tell its accuracy on the test set', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(small, 1);
    const scores = [
      [0.5, 0.6],
      [0.7, 0.5],
    ];
    store.append(
      id,
      scores.map(([testAccuracy, validationAccuracy], epoch) =>
        epochRecord(epoch, { testAccuracy, validationAccuracy, seconds: 4 * (epoch + 1), evaluationSeconds: 2 }),
      ),
    );
    const [summary] = openSummaries(store).all();
    expect(summary).toMatchObject({ bestAccuracy: 0.5, lastAccuracy: 0.7, trainingSeconds: 8, evaluationSeconds: 4 });
  });

  it('name the budgets that a method trains, whatever the phases say', () => {
    const store = openTestStore(temporaryFolder());
    const phases = [
      { budget: 2, epochs: 2 },
      { budget: 'full' as const, epochs: 1 },
    ];
    for (const method of ['deprune', 'full', 'high-compression'] as const)
      store.create({ ...small, method, phases }, 1);
    const budgets = openSummaries(store)
      .all()
      .map((run) => run.budgets);
    expect(budgets).toEqual([[2, null], [null], [2]]);
    // Of the 32 maps at this cut 32 are all.
    const falls = [32, 4].map((budget) => ({ budget, epochs: 1 }));
    const { id } = store.create({ ...small, method: 'prune', phases: falls }, 1);
    expect(openSummaries(store).one(id).budgets).toEqual([null, 4]);
  });

  it('are told again when an epoch is evaluated after its last step, also in a pause', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(small, 1);
    const lock = lockRun(store.folder(id), 0)!;
    store.setStatus(id, 'running');
    store.append(id, [stepRecord(0)]);
    const summaries = openSummaries(store);
    store.setStatus(id, 'paused');
    expect(summaries.changes().changed).toMatchObject([{ epochsDone: 0, lastAccuracy: null }]);
    store.append(id, [epochRecord(0, { testAccuracy: 0.5 })]);
    expect(summaries.changes().changed).toMatchObject([{ epochsDone: 1, lastAccuracy: 0.5 }]);
    expect(summaries.changes().changed).toEqual([]);
    lock.release();
  });

  it('show how far a run under way is, from its records alone', () => {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(small, 1);
    const lock = lockRun(store.folder(id), 0)!;
    store.setStatus(id, 'running');
    // Each takes 15/16 s.
    const train = (from: number, count: number): void =>
      store.append(
        id,
        Array.from({ length: count }, (_, i) => stepRecord(from + i)),
      );
    train(0, 5);
    const summaries = openSummaries(store);
    const [{ progress }] = summaries.changes().changed;
    expect(progress).toMatchObject({ stepsDone: 5, totalSteps: 40, budget: 4 });
    expect(progress!.secondsLeft).toBeCloseTo((35 * 15) / 16);
    train(5, 1);
    const [after] = summaries.changes().changed;
    expect(after).toMatchObject({ progress: { stepsDone: 6 }, bytesUp: 6 * 8192 });
    expect(after.progress!.crossEntropy).toBeCloseTo(1 / 6);
    expect(after.progress!.samplesPerSecond).toBeCloseTo((16 * 16) / 15);
    expect(after.samplesPerSecond).toBeNull();
    expect(summaries.changes().changed).toEqual([]);

    store.truncateAfter(id, { training: 0, phase: 0, epoch: 0, batch: 2, step: 2 });
    expect(summaries.changes().changed).toMatchObject([{ progress: { stepsDone: 2 }, bytesUp: 2 * 8192 }]);
    lock.release();
  });
});
