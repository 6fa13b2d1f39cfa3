import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { StepBatch } from '../../../../main/api.ts';
import { createFollowedRuns, type FollowedRuns } from '../../../../renderer/stores/followed-runs.ts';
import { createStepLog } from '../../../../renderer/stores/step-log.ts';
import { recordedRun, stepColumns } from './recorded-run.ts';

describe('a log of steps', () => {
  const batch = (steps: readonly number[], from: number, row: number, generation = 0): StepBatch => ({
    generation,
    from,
    row,
    more: false,
    columns: stepColumns(steps.map((step) => ({ step }))),
  });

  it('appends what continues it and says what it knows or misses', () => {
    const log = createStepLog();
    expect(log.take(batch([0, 1], 0, 7))).toBe('taken');
    expect(log.take(batch([0, 1], 0, 7))).toBe('known');
    expect(log.take(batch([5], 12, 13))).toBe('missing');
    expect(log.take(batch([1, 2], 3, 9))).toBe('missing');
    expect(log.take(batch([2, 3], 7, 11))).toBe('taken');
    expect([...log.columns.step]).toEqual([0, 1, 2, 3]);
    expect(log.row).toBe(11);
  });

  it('starts over with a newer generation and takes nothing of an older one', () => {
    const log = createStepLog();
    log.take(batch([0, 1, 2], 0, 3));
    const before = log.columns.step;
    expect(log.take(batch([2], 2, 4, 1))).toBe('missing');
    expect(log.count).toBe(0);
    expect(log.take(batch([0, 9], 0, 5, 1))).toBe('taken');
    expect(log.take(batch([3], 3, 4, 0))).toBe('known');
    expect([...log.columns.step]).toEqual([0, 9]);
    expect([...before]).toEqual([0, 1, 2]);
  });

  it('holds every row in order however they are cut into batches', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 12 }), (sizes) => {
        const log = createStepLog();
        let row = 0;
        for (const size of sizes) {
          const steps = Array.from({ length: size }, (_, i) => row + i);
          expect(log.take(batch(steps, row, row + size))).not.toBe('missing');
          row += size;
        }
        expect(log.columns.step).toEqual(Float64Array.from({ length: row }, (_, i) => i));
      }),
      { numRuns: 20 },
    );
  });

  it('adds up what it holds by phase and source, and nothing of an older generation', () => {
    const log = createStepLog();
    const rows = [0, 1, 0, 1].map((source, i) => ({ source, phase: i >> 1, bytesUp: 10 ** i }));
    log.take({ ...batch([], 0, 4), columns: stepColumns(rows) });
    log.take({ ...batch([], 4, 6), columns: stepColumns(rows.slice(2)) });
    expect(log.totals).toMatchObject([
      { phase: 0, source: 0, steps: 1, bytesUp: 1 },
      { phase: 0, source: 1, steps: 1, bytesUp: 10 },
      { phase: 1, source: 0, steps: 2, bytesUp: 200 },
      { phase: 1, source: 1, steps: 2, bytesUp: 2000 },
    ]);
    log.take({ ...batch([], 0, 1, 1), columns: stepColumns(rows.slice(0, 1)) });
    expect(log.totals).toMatchObject([{ steps: 1, bytesUp: 1 }]);
  });
});

describe('followed runs', () => {
  const settled = (runs: FollowedRuns, id: string): Promise<void> =>
    vi.waitFor(() => expect(runs.open(id).state.status).toBe('ready'));
  const steps = (runs: FollowedRuns, id: string): number[] => [...runs.open(id).steps.columns.step];
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

  it('are read from the first row on, in pieces, and go on with events', async () => {
    const lab = recordedRun({ pieces: 3 });
    lab.train(8);
    const runs = createFollowedRuns(lab.source);
    await settled(runs, 'a');
    expect(steps(runs, 'a')).toEqual(upTo(8));
    lab.train(2);
    lab.tell();
    expect(steps(runs, 'a')).toEqual(upTo(10));
  });

  it('lose nothing when the lab was away', async () => {
    const lab = recordedRun({ pieces: 4 });
    lab.train(3);
    const runs = createFollowedRuns(lab.source);
    await settled(runs, 'a');
    lab.fail(true);
    lab.train(9);
    runs.reconnect();
    await vi.waitFor(() => expect(runs.open('a').state).toMatchObject({ status: 'stale', error: 'The lab is away.' }));
    expect(steps(runs, 'a')).toEqual(upTo(3));
    lab.fail(false);
    runs.reconnect();
    await settled(runs, 'a');
    expect(steps(runs, 'a')).toEqual(upTo(12));
    expect(runs.open('a').epochs).toHaveLength(3);
    expect(runs.open('a').log.map(({ text }) => text)).toEqual(['step 0', 'step 4', 'step 8']);
  });

  it('fill a gap between events', async () => {
    const lab = recordedRun({ pieces: 100 });
    const runs = createFollowedRuns(lab.source);
    await settled(runs, 'a');
    lab.train(4);
    lab.swallow();
    lab.train(2);
    lab.tell();
    await vi.waitFor(() => expect(steps(runs, 'a')).toEqual(upTo(6)));
  });

  it('are read again when a resume took rows away', async () => {
    const lab = recordedRun({ pieces: 3 });
    lab.train(9);
    const runs = createFollowedRuns(lab.source);
    await settled(runs, 'a');
    lab.rewind(4);
    lab.train(3);
    lab.tell();
    await vi.waitFor(() => expect(steps(runs, 'a')).toEqual(upTo(7)));
  });

  it('are watched while they are in use, once for all views', async () => {
    const lab = recordedRun({ pieces: 3 });
    const runs = createFollowedRuns(lab.source);
    runs.open('a');
    runs.open('b');
    runs.open('a');
    await vi.waitFor(() => expect(lab.watched()).toEqual(['b', 'a']));
    runs.close('a');
    runs.close('b');
    await vi.waitFor(() => expect(lab.watched()).toEqual(['a']));
  });

  it('change what views depend on a few times a second only', async () => {
    const lab = recordedRun({ pieces: 3 });
    const runs = createFollowedRuns(lab.source);
    await settled(runs, 'a');
    const { state } = runs.open('a');
    const before = state.version;
    for (let i = 0; i < 50; i++) {
      lab.train(1);
      lab.tell();
    }
    expect(state.version).toBe(before);
    await vi.waitFor(() => expect(state.version).toBe(before + 1));
  });
});
