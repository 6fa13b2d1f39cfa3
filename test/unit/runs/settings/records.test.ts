import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../../main/engine/engine.ts';
import { experimentWith, train, type Trained } from './trained.ts';

let trained: Trained;

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
  trained = await train(experimentWith({}));
});

describe('the records of a training in one process', () => {
  it('have the lengths of messages for what a socket would carry, up and down', () => {
    for (const step of trained.steps) {
      expect([step.wireUp, step.wireDown]).toEqual([step.bytesUp, step.bytesDown]);
      expect(step.bytesUp).not.toBe(step.bytesDown);
    }
  });

  it('have the speed of each epoch by itself', () => {
    trained.epochs.forEach(({ samplesPerSecond, seconds }, i) => {
      const own = seconds - (trained.epochs[i - 1]?.seconds ?? 0);
      expect(samplesPerSecond * own).toBeCloseTo(11, 6);
    });
  });

  it('have of the test set the mean of its images, however many are in a batch', () => {
    trained.epochs.forEach(({ testLoss, testAccuracy }, i) => {
      const [first, last] = trained.evaluations.slice(2 * i, 2 * i + 2).map(({ score }) => score);
      expect(testLoss).toBeCloseTo((4 * first.loss + 2 * last.loss) / 6, 9);
      expect(testAccuracy).toBe((first.correct + last.correct) / 6);
    });
  });
});
