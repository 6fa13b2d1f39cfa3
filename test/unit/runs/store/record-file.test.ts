import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../../main/records/columns.ts';
import type { TrainingRecord } from '../../../../main/records/record.ts';
import { createLedger } from '../../../../main/runs/store/ledger.ts';
import { openRecordFile, readRecordFile, recordFilePath } from '../../../../main/runs/store/record-file.ts';
import { sameSum, tally } from '../../../../main/runs/store/record-sum.ts';
import { recordFrom, recordValues } from '../../../../main/runs/store/record-values.ts';
import { epochRecord, pairRecord, stepRecord } from '../../../support/run-records.ts';
import { temporaryFolder } from '../../../support/run-store.ts';

const at = (step: number) => ({ training: 0, phase: 0, epoch: 0, batch: step, step });

/** What a file holds after this was done to it. */
function fileOf(...batches: (readonly TrainingRecord[])[]) {
  const folder = temporaryFolder();
  const file = openRecordFile(folder, 'run');
  for (const records of batches) file.append(records);
  return { folder, file, path: recordFilePath(folder), read: () => readRecordFile(folder, 'run') };
}

const odd: TrainingRecord[] = [
  stepRecord(0, { gates: Float32Array.of(9, 0.25, -1, NaN).subarray(1) }),
  stepRecord(1, { budget: null, crossEntropy: NaN, pruneLoss: Infinity, learningRate: 1e-17 }),
  stepRecord(2, { pruneLoss: -Infinity, bytesUp: 2 ** 53 - 1, waitSeconds: 0.1 + 0.2 }),
  epochRecord(0, { testLoss: NaN }),
  pairRecord(0, { budget: null, bytesPerSample: 8192.5 }),
];

describe('a record file', () => {
  it('gives back every number as it was', () => {
    const { file, read } = fileOf(odd.slice(0, 3), odd.slice(3, 4), odd.slice(4));
    file.close();
    expect([...read().ledger.all()]).toEqual(odd);
    expect(read().damaged).toBe(0);
  });

  it('forgets what a source goes back behind, and not what others did', () => {
    const { file, read } = fileOf([stepRecord(0), stepRecord(1), stepRecord(2, { source: 1 }), epochRecord(0)]);
    file.rewind(0, at(1));
    file.append([stepRecord(1, { correct: 9 })]);
    file.close();
    expect([...read().ledger.all()]).toEqual([
      stepRecord(0),
      stepRecord(2, { source: 1 }),
      stepRecord(1, { correct: 9 }),
    ]);
  });

  it('goes on behind what is there, and takes its last line back', () => {
    const { folder, file, read } = fileOf([stepRecord(0)]);
    file.close();
    const again = openRecordFile(folder, 'run');
    again.append([stepRecord(1)]);
    again.append([stepRecord(2)]);
    again.undo();
    again.append([stepRecord(3)]);
    again.close();
    expect([...read().ledger.all()]).toEqual([stepRecord(0), stepRecord(1), stepRecord(3)]);
    expect(read().damaged).toBe(0);
  });

  it('leaves out a line in which anything was changed or cut, and no other', () => {
    const { file, path, read } = fileOf([stepRecord(0)], [stepRecord(1)], [stepRecord(2)]);
    file.close();
    const whole = readFileSync(path);
    const ends = [...whole].flatMap((byte, i) => (byte === 10 ? [i] : []));
    fc.assert(
      fc.property(fc.integer({ min: ends[1] + 1, max: ends[2] }), fc.nat(7), (i, bit) => {
        const damaged = Buffer.from(whole);
        damaged[i] ^= 1 << bit;
        writeFileSync(path, damaged);
        const { ledger, damaged: lines } = read();
        const steps = [...ledger.all()].map((record) => (record.kind === 'step' ? record.step : -1));
        // A newline more or less makes two lines of one, or one of two.
        expect(steps.slice(0, 1)).toEqual([0]);
        expect(steps).not.toContain(1);
        expect(lines).toBeGreaterThan(0);
      }),
      { numRuns: 200, seed: 3 },
    );
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    expect(read().damaged).toBe(1);
    expect([...read().ledger.all()]).toHaveLength(2);
  });

  it('is not that of another run', () => {
    const { folder, file } = fileOf([]);
    file.close();
    expect(() => readRecordFile(folder, 'another')).toThrow(/holds the records of another run/);
  });

  it('of a version that knew fewer columns has no number for the others', () => {
    const names = columnsOf('step').map(({ name }) => name);
    const values = recordValues(stepRecord(3, { gates: Float32Array.of(1) }));
    const { gates, waitSeconds, ...known } = stepRecord(3);
    expect(gates).toBeUndefined();
    expect(recordFrom('step', values.slice(0, -2), names.slice(0, -2))).toEqual({ ...known, waitSeconds: NaN });
    expect(waitSeconds).toBe(0.0625);
    // A column at the end changes no list, and so no sum, of records without it.
    expect(recordValues(stepRecord(3)).at(-1)).not.toBeNull();
  });
});

describe('the sum of records', () => {
  it('is the same in any order, and another for any other number', () => {
    const sum = tally(odd).sum();
    expect(sum.counts).toEqual({ step: 3, epoch: 1, pair: 1 });
    expect(sameSum(tally(odd.toReversed()).sum(), sum)).toBe(true);
    for (const [i, record] of odd.entries()) {
      const less = odd.toSpliced(i, 1);
      expect(sameSum(tally(less).sum(), sum)).toBe(false);
      const other = { ...record, source: 1 } as TrainingRecord;
      expect(sameSum(tally([...less, other]).sum(), sum)).toBe(false);
      expect(tally(odd).without([record])).toEqual(tally(less).sum());
    }
  });

  it('counts the bytes of steps in both directions', () => {
    expect(tally([stepRecord(0), stepRecord(1), epochRecord(0)]).sum().bytes).toBe(2 * (8192 + 16384));
  });
});

it('a ledger knows what lies before a place, by training and then by step, epoch or phase', () => {
  const later = stepRecord(0, { training: 1 });
  const ledger = createLedger([stepRecord(4), stepRecord(5), epochRecord(0), epochRecord(1), pairRecord(0), later]);
  const place = { training: 0, phase: 0, epoch: 1, step: 5 };
  expect(ledger.before(0, place)).toEqual([stepRecord(4), epochRecord(0)]);
  expect(ledger.before(1, place)).toEqual([]);
  ledger.put(stepRecord(4, { correct: 1 }));
  expect(ledger.before(0, { ...place, training: 1, step: 0 })).toHaveLength(5);
});
