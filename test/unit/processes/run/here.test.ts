import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { superviseHere } from '../../../../main/processes/run/supervise.ts';
import type { Supervisor, Work } from '../../../../main/processes/source/supervised.ts';
import { performRun, type RunControl } from '../../../../main/runs/life/perform.ts';
import type { SourceTask } from '../../../../main/processes/source/messages.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { experiment, fingerprint } from '../../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const engine = { name: 'cpu', device: 'toy', detail: 'by hand' };

function execute(work: Work, control: RunControl = {}) {
  const store = openTestStore(temporaryFolder());
  const { id } = store.create(experiment(), 1);
  return performRun(store, id, (session) => superviseHere(session, work), control);
}

/** Comes to where training begins. */
async function begin({ tell, hear }: Supervisor): Promise<void> {
  tell({ kind: 'ready', engine, stepsPerEpoch: 1, fingerprint: fingerprint() });
  tell({ kind: 'open', engine: null });
  await hear('enter');
}

describe('the task of a source', () => {
  /** What the source of a run is given to do. */
  async function taskOf(input: ExperimentInput, { seed = 1, threads }: { seed?: number; threads?: number } = {}) {
    const store = openTestStore(temporaryFolder());
    const { id } = store.create(experiment(input), seed);
    if (threads !== undefined) store.setThreads(id, threads);
    let given: SourceTask | null = null;
    await performRun(store, id, (session) =>
      superviseHere(session, (task) => {
        given = task;
        return Promise.resolve();
      }),
    );
    return given!;
  }

  it('has the experiment and the seed of the run, and a name that no other run has', async () => {
    const task = await taskOf({ batchSize: 24 }, { seed: 7 });
    expect(task).toMatchObject({
      experiment: experiment({ batchSize: 24, seeds: [7] }),
      seed: 7,
      index: 0,
      resume: null,
    });
    const others = await Promise.all([taskOf({ batchSize: 24 }, { seed: 7 }), taskOf({ batchSize: 24 }, { seed: 8 })]);
    expect(new Set([task, ...others].map(({ run }) => run)).size).toBe(3);
  });

  it.each([
    ['those that the run began with', {}, 5, 5],
    ['those of its experiment before it has begun', { threads: 3 }, undefined, 3],
    ['those of its device', { threads: 3, sources: { threads: 2 } }, 3, 2],
    ['one where there are several devices', { threads: 3, sources: { count: 2 } }, 3, 1],
  ])('has the threads that it is to compute with: %s', async (_, input, threads, expected) => {
    expect((await taskOf(input, { threads })).threads).toBe(expected);
  });
});

describe('the source of a run in one process', () => {
  it('ends when it is stopped before it has begun, and the run waits until it has', async () => {
    const stop = new AbortController();
    let over = false;
    const run = execute(
      async (_, { stop: asked }) => {
        stop.abort();
        expect(asked.aborted).toBe(true);
        await sleep(50);
        over = true;
      },
      { signal: stop.signal },
    );
    expect((await run).status).toBe('stopped');
    expect(over).toBe(true);
  });

  it('is not left waiting for an answer when the run cannot go on', async () => {
    const heard: unknown[] = [];
    const run = execute(async (_, supervisor) => {
      await begin(supervisor);
      // A final checkpoint without its pair cannot be saved.
      supervisor.tell({ kind: 'arrived', final: true });
      await supervisor.hear('met');
      const half = { weights: {}, momentum: {} };
      const position = { training: 0, phase: 0, epoch: 0, batch: 0, step: 0 };
      const sums = { epochLoss: 0, epochCorrect: 0, epochSamples: 0, epochSeconds: 0 };
      const totals = { bytesUp: 0, bytesDown: 0, wireUp: 0, wireDown: 0, seconds: 0, ...sums };
      const snapshot = { position, totals, client: half, server: { kind: 'state', state: half } } as const;
      supervisor.tell({ kind: 'checkpoint', checkpoint: { kind: 'checkpoint', final: true, snapshot } });
      await supervisor.hear('saved').catch((error: unknown) => heard.push(error));
    });
    await expect(run).rejects.toThrow(/without its pair record/);
    expect(heard).toMatchObject([{ name: 'AbortError' }]);
  });

  it('fails the run also when it fails while it stops', async () => {
    const stop = new AbortController();
    const cause = new Error('The loss became NaN.');
    const run = execute(
      async (_, supervisor) => {
        await begin(supervisor);
        stop.abort();
        await sleep(10);
        throw cause;
      },
      { signal: stop.signal },
    );
    await expect(run).rejects.toBe(cause);
  });
});
