import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, epochLine, progressLine, type RunState } from '../../../main/cli/progress-line.ts';
import type { Progress } from '../../../main/runs/life/progress.ts';
import type { Run } from '../../../main/runs/store/run.ts';
import { epochRecord, experiment } from '../../support/run-records.ts';

function runOf(status: Run['status'] = 'running', name = 'high compression'): Run {
  const dates = { createdAt: new Date(), startedAt: null, endedAt: null };
  const phases = [
    { budget: 4, epochs: 6 },
    { budget: 'full' as const, epochs: 3 },
  ];
  return {
    id: '0012-x',
    uid: '6f1d1e1a-7a9e-4f53-9f0c-1d2b5a1c0e11',
    name,
    seed: 1,
    group: 'g',
    project: 'default',
    archived: false,
    status,
    experiment: experiment({ phases }),
    ...dates,
    engine: null,
    serverEngine: null,
    fingerprint: null,
    threads: null,
    dropped: [],
    origin: null,
    error: null,
  };
}

const progress: Progress = {
  kind: 'progress',
  training: 0,
  phase: 0,
  budget: 4,
  epoch: 2,
  runEpoch: 3,
  runEpochs: 9,
  stepsDone: 250,
  totalSteps: 900,
  crossEntropy: 1.234,
  bytesDone: 12_345_678,
  samplesPerSecond: 812.3,
  etaSeconds: 42,
};

const state: RunState = { run: runOf(), progress, accuracy: 0.567, accuracies: new Map(), stopping: false };

describe('the progress line', () => {
  it('tells everything where there is room', () => {
    expect(progressLine(state, 140)).toBe(
      '12 high compression  4 maps  epoch 3/9  ███████░░░░░░░░░░░░░░░░░  27 %' +
        '  0:42 left  loss 1.23  accuracy 56.7 %  now 812/s  12.3 MB',
    );
  });

  it('leaves out what matters least at 80 columns', () => {
    expect(progressLine(state, 79)).toMatch(
      /^12 high compression {2}4 maps {2}epoch 3\/9 {2}[█░]{8,} {2}27 % {2}0:42 left/,
    );
    expect(progressLine(state, 79)).not.toContain('loss');
  });

  it('fits any width', () => {
    const names = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        names,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (columns, name, done) => {
          const part = { ...progress, stepsDone: Math.round(done * 900) };
          expect(
            progressLine({ ...state, run: runOf('running', name), progress: part }, columns).length,
          ).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it('says how to go on from a pause, and that a stop is under way', () => {
    const paused = advance(state, { kind: 'status', run: runOf('paused') });
    expect(progressLine(paused, 79)).toContain('paused: p goes on');
    expect(progressLine({ ...paused, stopping: true }, 79)).toContain('stopping');
  });

  it('is a line of facts for a log', () => {
    expect(epochLine(state, epochRecord(2, { budget: 4, testAccuracy: 0.5 }))).toBe(
      'epoch 3/9, 4 maps, loss 0.700, accuracy 50.0 %, 80.5 samples/s, 12.3 MB, 0:42 left',
    );
  });
});
