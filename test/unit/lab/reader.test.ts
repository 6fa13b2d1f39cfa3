import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EpochBatch, LogPage, StepBatch } from '../../../main/api.ts';
import { openReader } from '../../../main/lab/records/reader.ts';
import { openLog } from '../../../main/runs/life/log.ts';
import { epochRecord, experiment, stepRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';
import { joinSteps } from '../../support/served-lab.ts';

const underWay = (): boolean => true;

function window() {
  const store = openTestStore(temporaryFolder());
  const { id } = store.create(experiment(), 1);
  const steps: StepBatch[] = [];
  const epochs: EpochBatch[] = [];
  const log: LogPage[] = [];
  const reader = openReader(store, {
    steps: (_, batch) => steps.push(batch),
    epochs: (_, batch) => epochs.push(batch),
    log: (_, page) => log.push(page),
  });
  const train = (from: number, count: number): void =>
    store.append(
      id,
      Array.from({ length: count }, (_, i) => stepRecord(from + i)),
    );
  return { store, id, steps, epochs, log, reader, train };
}

describe('what a window reads of a run', () => {
  it('goes on where it has read, however reading and news take turns', () => {
    const { id, steps, reader, train } = window();
    train(0, 5500);
    reader.watch([id]);
    const first = reader.steps(id, 0);
    expect(first).toMatchObject({ from: 0, more: true });
    train(5500, 3);
    // The window is amid its pages: news would not join on.
    reader.tell(underWay);
    expect(steps).toEqual([]);
    const second = reader.steps(id, first.row);
    expect(second.more).toBe(false);
    train(5503, 2);
    reader.tell(underWay);
    reader.tell(underWay);
    expect(steps).toHaveLength(1);
    expect(joinSteps([first, second, ...steps]).steps).toEqual(Array.from({ length: 5505 }, (_, i) => i));
  });

  it('begins again when a resumed run went back', () => {
    const { store, id, steps, epochs, reader, train } = window();
    train(0, 5);
    store.append(id, [epochRecord(0)]);
    reader.watch([id]);
    const read = reader.steps(id, 0);
    reader.tell(underWay);
    expect(epochs).toMatchObject([{ generation: 0, epochs: [{ epoch: 0 }] }]);
    store.truncateAfter(id, { training: 0, phase: 0, epoch: 0, batch: 3, step: 3 });
    reader.tell(underWay);
    train(3, 1);
    reader.tell(underWay);
    expect(steps[0]).toMatchObject({ generation: 1, from: 0 });
    expect(joinSteps([read, ...steps]).steps).toEqual([0, 1, 2, 3]);
    expect(epochs.at(-1)).toMatchObject({ generation: 1, epochs: [] });
  });

  it('says when all that was read is gone', () => {
    const { store, id, steps, reader, train } = window();
    train(0, 2);
    reader.watch([id]);
    const read = reader.steps(id, 0);
    store.truncateAfter(id, null);
    reader.tell(underWay);
    expect(joinSteps([read, ...steps])).toEqual({ row: 0, steps: [] });
  });

  it('leaves out runs that are not watched, or gone, and those that stand still', () => {
    const { store, id, steps, reader, train } = window();
    const other = store.create(experiment(), 2).id;
    reader.watch([id, 'deleted']);
    store.append(other, [stepRecord(0)]);
    reader.tell(() => false);
    train(0, 1);
    reader.tell(() => false);
    expect(steps).toEqual([]);
    // It was resumed.
    reader.tell(underWay);
    expect(steps).toHaveLength(1);
    reader.watch([]);
    train(1, 1);
    reader.tell(underWay);
    expect(steps).toHaveLength(1);
    expect(() => reader.steps('deleted', 0)).toThrow(/no run "deleted"/);
  });

  it('is told whole lines of the log, numbered', () => {
    const { store, id, log, reader } = window();
    const folder = store.folder(id);
    const write = openLog(folder);
    write('status', { status: 'running' });
    reader.watch([id]);
    write('checkpoint', { step: 7 });
    appendFileSync(join(folder, 'log.jsonl'), '{"time":"2026-01-01T00:00:00.000Z","event":"failed","mess');
    reader.tell(underWay);
    appendFileSync(join(folder, 'log.jsonl'), 'age":"out of memory – ü"}\n');
    reader.tell(underWay);
    expect(log).toEqual([
      { from: 1, lines: [expect.objectContaining({ level: 'info', text: 'Saved at step 7' })] },
      {
        from: 2,
        lines: [{ at: Date.UTC(2026, 0), level: 'error', event: 'failed', text: 'out of memory – ü' }],
      },
    ]);
  });
});
