import { expect, it } from 'vitest';
import {
  advance,
  behindStep,
  epochRecord,
  nothingYet,
  takenRecord,
  type Counters,
} from '../../../main/training/counters.ts';
import type { Phase, Training } from '../../../main/training/plan.ts';
import { stepRecord } from '../../support/run-records.ts';

const phase: Pick<Phase, 'budget'> = { budget: 4 };
const evaluation = {
  test: { loss: 0.75, accuracy: 0.5 },
  validation: { loss: 0.5, accuracy: 0.625 },
  distanceCorrelation: 0.25,
  seconds: 3,
};

/** A second epoch of 40 samples in 2 s, after a first of 8 s. */
const counters = (): Counters => ({
  training: 1,
  phase: 2,
  epoch: 1,
  batch: 5,
  step: 9,
  ...nothingYet,
  bytesUp: 100,
  bytesDown: 200,
  wireUp: 110,
  wireDown: 220,
  seconds: 10,
  epochLoss: 60,
  epochCorrect: 30,
  epochSamples: 40,
  epochSeconds: 2,
});

it('an epoch has its own loss, accuracy and speed, and the bytes and seconds since the start', () => {
  expect(epochRecord(phase as Phase, counters(), evaluation, 3)).toEqual({
    kind: 'epoch',
    training: 1,
    phase: 2,
    source: 3,
    epoch: 1,
    budget: 4,
    trainLoss: 1.5,
    trainAccuracy: 0.75,
    testLoss: 0.75,
    testAccuracy: 0.5,
    bytesUp: 100,
    bytesDown: 200,
    wireUp: 110,
    wireDown: 220,
    samplesPerSecond: 20,
    seconds: 10,
    validationLoss: 0.5,
    validationAccuracy: 0.625,
    evaluationSeconds: 3,
    distanceCorrelation: 0.25,
  });
});

it('where no images are held out it has no number of them', () => {
  const { validationLoss, validationAccuracy } = epochRecord(
    phase as Phase,
    counters(),
    { ...evaluation, validation: null },
    0,
  );
  expect([validationLoss, validationAccuracy]).toEqual([NaN, NaN]);
});

it('the next epoch begins from nothing, and keeps what counts since the start', () => {
  const progress = counters();
  const phases = [0, 1, 1, 2].map((firstEpoch) => ({ ...phase, firstEpoch })) as unknown as Training;
  advance(progress, phases, 3);
  expect(progress).toEqual({
    ...counters(),
    phase: 3,
    epoch: 2,
    batch: 0,
    epochLoss: 0,
    epochCorrect: 0,
    epochSamples: 0,
    epochSeconds: 0,
  });
  advance(progress, phases);
  expect(progress).toMatchObject({ phase: 3, epoch: 3 });
  expect(progress).not.toHaveProperty('firstEpoch');
});

it('a step is counted with its bytes, its seconds and what it learned', () => {
  // 16 samples, 7 of them right, in 0.25 + 0.125 + 0.5 + 0.0625 s.
  const step = stepRecord(9, { crossEntropy: 0.5 });
  expect(behindStep(counters(), step)).toEqual({
    ...counters(),
    batch: 6,
    step: 10,
    bytesUp: 8292,
    bytesDown: 16584,
    wireUp: 8310,
    wireDown: 16612,
    seconds: 10.9375,
    epochLoss: 68,
    epochCorrect: 37,
    epochSamples: 56,
    epochSeconds: 2.9375,
  });
});

it('a step whose source died is recorded without what only the source could know', () => {
  const taken = { step: 9, budget: 4, learningRate: 0.01, samples: 16, crossEntropy: 0.5, correct: 7 };
  const measured = { bytesUp: 300, bytesDown: 400, serverSeconds: 0.5, waitSeconds: 0.25 };
  expect(takenRecord(counters(), 3, { ...taken, ...measured })).toEqual({
    kind: 'step',
    training: 1,
    phase: 2,
    source: 3,
    epoch: 1,
    ...taken,
    ...measured,
    wireUp: 300,
    wireDown: 400,
    pruneLoss: NaN,
    clientSeconds: 0,
    wireSeconds: 0,
  });
});
