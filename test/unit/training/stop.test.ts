import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../main/engine/engine.ts';
import { planTrainings, type PhaseSettings } from '../../../main/training/plan.ts';
import { earlyEnd, phaseAfter } from '../../../main/training/stop.ts';
import { epochRecord } from '../../support/run-records.ts';
import { checkpointsOf, eventsOf, recordsOf, timeless, trainTiny } from '../../support/training.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const rising: readonly PhaseSettings[] = [
  { budget: 2, epochs: 3 },
  { budget: 'full', epochs: 2 },
];
const [deprune] = planTrainings('deprune', rising, 4);
const [prune] = planTrainings('prune', rising.toReversed(), 4);

/** Epochs by phase and accuracy, each of 100 bytes. */
const epochs = (...all: readonly (readonly [phase: number, accuracy: number])[]) =>
  all.map(([phase, testAccuracy], epoch) =>
    epochRecord(epoch, { phase, testAccuracy, bytesUp: 60 * (epoch + 1), bytesDown: 40 * (epoch + 1) }),
  );

describe('an early end', () => {
  it('comes to a phase after so many epochs of it without a better one', () => {
    expect(earlyEnd({ patience: 2 }, deprune, epochs([0, 0.5], [0, 0.4]))).toBeNull();
    expect(earlyEnd({ patience: 2 }, deprune, epochs([0, 0.5], [0, 0.4], [0, 0.5]))).toBe('phase');
    // The phase before had better ones, at another budget.
    expect(earlyEnd({ patience: 1 }, deprune, epochs([0, 0.9], [1, 0.4], [1, 0.5]))).toBeNull();
  });

  it('comes to all phases before a pair with the accuracy, on the images held out where there are some', () => {
    expect(earlyEnd({ accuracy: 0.6 }, deprune, epochs([0, 0.59]))).toBeNull();
    expect(earlyEnd({ accuracy: 0.6 }, deprune, epochs([0, 0.6]))).toBe('pair');
    const held = epochs([0, 0.7]).map((epoch) => ({ ...epoch, validationAccuracy: 0.5 }));
    expect(earlyEnd({ accuracy: 0.6 }, deprune, held)).toBeNull();
  });

  it('comes with the bytes that were sent since the pair before', () => {
    expect(earlyEnd({ bytes: 200 }, deprune, epochs([0, 0.5]))).toBeNull();
    expect(earlyEnd({ bytes: 200 }, deprune, epochs([0, 0.5], [1, 0.5]))).toBe('pair');
    expect(earlyEnd({ bytes: 200 }, prune, epochs([0, 0.5], [1, 0.5]))).toBeNull();
    expect(earlyEnd({ bytes: 200 }, prune, epochs([0, 0.5], [1, 0.5], [1, 0.5]))).toBe('pair');
  });

  it('does not come where no rule is met, nor by one that is not there', () => {
    const falling = epochs([0, 0.9], [0, 0.5], [0, 0.4]);
    expect(earlyEnd({}, deprune, falling)).toBeNull();
    expect(earlyEnd({ accuracy: 0.95, bytes: 1e6 }, deprune, falling)).toBeNull();
    expect(earlyEnd({ patience: 2, accuracy: 0.95, bytes: 1e6 }, deprune, falling)).toBe('phase');
    expect(earlyEnd({ patience: 1 }, deprune, [])).toBeNull();
  });

  it('goes on with the phase behind what has ended', () => {
    expect([phaseAfter(deprune, 0, 'phase'), phaseAfter(deprune, 0, 'pair')]).toEqual([1, 2]);
    expect([phaseAfter(prune, 0, 'phase'), phaseAfter(prune, 0, 'pair')]).toEqual([1, 1]);
  });
});

describe('a training whose phases end early', () => {
  const first = { method: 'deprune', phases: rising, judge: ends('phase') } as const;

  /** After the first epoch. */
  function ends(end: 'phase' | 'pair') {
    return ({ epoch }: { epoch: number }) => Promise.resolve(epoch === 0 ? end : null);
  }

  it('begins the next with the next epoch, and trains it for as long as it was planned', async () => {
    const events = await eventsOf(trainTiny(first));
    const records = recordsOf(events);
    const trained = records.flatMap((record) => (record.kind === 'epoch' ? [[record.epoch, record.phase]] : []));
    expect(trained).toEqual([
      [0, 0],
      [1, 1],
      [2, 1],
    ]);
    expect(records.filter(({ kind }) => kind === 'pair')).toMatchObject([{ phase: 1, budget: null }]);
    expect(checkpointsOf(events)[0].snapshot.position).toMatchObject({ phase: 1, epoch: 1, firstEpoch: 1 });
  });

  it('goes on from a checkpoint bit for bit', async () => {
    const whole = await eventsOf(trainTiny({ ...first, checkpointSteps: 2 }));
    for (const { snapshot } of checkpointsOf(whole).slice(0, -1)) {
      const rest = timeless(await eventsOf(trainTiny({ ...first, checkpointSteps: 2, resume: snapshot })));
      expect(rest).toEqual(timeless(whole).slice(-rest.length));
    }
  });

  it('makes its pair where it has ended as a whole', async () => {
    const records = recordsOf(await eventsOf(trainTiny({ ...first, judge: ends('pair') })));
    expect(records.filter(({ kind }) => kind === 'epoch')).toHaveLength(1);
    expect(records.filter(({ kind }) => kind === 'pair')).toMatchObject([{ phase: 0, budget: 2 }]);
  });
});
