import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BatchSource } from '../../../main/data/source.ts';
import { openEngine } from '../../../main/engine/engine.ts';
import { random } from '../../../main/random.ts';
import { sigmoid } from '../../../main/training/gates/rank.ts';
import { resetDeprune } from '../../../main/training/methods/deprune.ts';
import { resetPrune } from '../../../main/training/methods/prune.ts';
import type { MethodName } from '../../../main/training/methods/table.ts';
import type { PhaseStart } from '../../../main/training/offloader.ts';
import type { StepRecord } from '../../../main/records/record.ts';
import type { Snapshot, TrainingEvent } from '../../../main/training/snapshot.ts';
import type { SplitNetwork } from '../../../main/training/split-network.ts';
import { noise, noiseSource, tinyNetwork } from '../../support/halves.ts';
import {
  checkpointsOf,
  eventsOf,
  lastSnapshot,
  recordsOf,
  timeless,
  trainTiny,
  twoPhases,
  type TinyTraining,
} from '../../support/training.ts';

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

const train = (options?: TinyTraining): Promise<TrainingEvent[]> => eventsOf(trainTiny(options));

const stepsOf = (events: readonly TrainingEvent[]): StepRecord[] =>
  recordsOf(events).filter((record) => record.kind === 'step');

/** An event in a word: what happened, in which training, phase, epoch and step. */
function brief(event: TrainingEvent): string {
  switch (event.kind) {
    case 'step':
      return `step ${event.training}.${event.phase}.${event.epoch}.${event.step} B=${event.budget}`;
    case 'epoch':
      return `epoch ${event.training}.${event.phase}.${event.epoch} B=${event.budget}`;
    case 'pair':
      return `pair ${event.training}.${event.phase} B=${event.budget}`;
    case 'checkpoint': {
      const { training, phase, epoch, batch, step } = event.snapshot.position;
      return `${event.final ? 'final ' : ''}checkpoint ${training}.${phase}.${epoch}.${batch}.${step}`;
    }
  }
}

describe('the events of a training', () => {
  const data = noiseSource(tinyNetwork, { batches: 2 });
  const phases = [
    { budget: 2, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ] as const;

  it('come in order for deprune, whose last phase is a result', async () => {
    expect((await train({ data, phases })).map(brief)).toEqual([
      'step 0.0.0.0 B=2',
      'step 0.0.0.1 B=2',
      'epoch 0.0.0 B=2',
      'checkpoint 0.0.1.0.2',
      'step 0.0.1.2 B=2',
      'step 0.0.1.3 B=2',
      'epoch 0.0.1 B=2',
      'checkpoint 0.1.2.0.4',
      'step 0.1.2.4 B=null',
      'step 0.1.2.5 B=null',
      'epoch 0.1.2 B=null',
      'pair 0.1 B=null',
      'final checkpoint 1.0.0.0.0',
    ]);
  });

  it('come in order for prune, each of whose phases is a result, with checkpoints between', async () => {
    const events = await train({ data, method: 'prune', phases: phases.toReversed(), checkpointSteps: 3 });
    expect(events.map(brief)).toEqual([
      'step 0.0.0.0 B=null',
      'step 0.0.0.1 B=null',
      'epoch 0.0.0 B=null',
      'pair 0.0 B=null',
      'final checkpoint 0.1.1.0.2',
      'step 0.1.1.2 B=2',
      'checkpoint 0.1.1.1.3',
      'step 0.1.1.3 B=2',
      'epoch 0.1.1 B=2',
      'checkpoint 0.1.2.0.4',
      'step 0.1.2.4 B=2',
      'step 0.1.2.5 B=2',
      'checkpoint 0.1.2.2.6',
      'epoch 0.1.2 B=2',
      'pair 0.1 B=2',
      'final checkpoint 1.0.0.0.0',
    ]);
  });

  it('begin anew for each budget from scratch', async () => {
    const events = await train({
      data,
      method: 'scratch',
      phases: phases.map(({ budget }) => ({ budget, epochs: 1 })),
    });
    expect(events.map(brief)).toEqual([
      'step 0.0.0.0 B=2',
      'step 0.0.0.1 B=2',
      'epoch 0.0.0 B=2',
      'pair 0.0 B=2',
      'final checkpoint 1.0.0.0.0',
      'step 1.0.0.0 B=null',
      'step 1.0.0.1 B=null',
      'epoch 1.0.0 B=null',
      'pair 1.0 B=null',
      'final checkpoint 2.0.0.0.0',
    ]);
  });
});

describe('the records', () => {
  it('add up', async () => {
    const records = recordsOf(await train({ method: 'prune' }));
    const steps = records.filter((record) => record.kind === 'step');
    const epochs = records.filter((record) => record.kind === 'epoch');
    const sum = (of: (step: StepRecord) => number, among = steps): number => among.reduce((n, step) => n + of(step), 0);
    for (const epoch of epochs) {
      const own = steps.filter((step) => step.epoch === epoch.epoch);
      const samples = sum((step) => step.samples, own);
      expect(samples).toBe(3 * 4 - 1);
      expect(epoch.trainLoss).toBeCloseTo(sum((step) => step.samples * step.crossEntropy, own) / samples, 10);
      expect(epoch.trainAccuracy).toBeCloseTo(sum((step) => step.correct, own) / samples, 10);
      const soFar = steps.filter((step) => step.epoch <= epoch.epoch);
      expect(epoch.bytesUp).toBe(sum((step) => step.bytesUp, soFar));
      expect(epoch.bytesDown).toBe(sum((step) => step.bytesDown, soFar));
      expect([epoch.wireUp, epoch.wireDown]).toEqual([epoch.bytesUp, epoch.bytesDown]);
      expect((epoch.testAccuracy * 8) % 1).toBe(0);
      expect(epoch.samplesPerSecond).toBeGreaterThan(0);
    }
    const pairs = records.filter((record) => record.kind === 'pair');
    expect(pairs).toEqual(
      [epochs[1], epochs[2]].map(({ training, phase, source, budget, testAccuracy, testLoss }) => ({
        kind: 'pair',
        training,
        phase,
        source,
        budget,
        testAccuracy,
        testLoss,
        bytesPerSample: budget ?? 4,
        validationAccuracy: NaN,
        validationLoss: NaN,
        distanceCorrelation: NaN,
      })),
    );
  });

  it('have times of which none is longer than it took', async () => {
    const start = performance.now();
    const records = recordsOf(await train({ method: 'prune' }));
    const took = (performance.now() - start) / 1000;
    let before = 0;
    for (const epoch of records.filter((record) => record.kind === 'epoch')) {
      const steps = records.filter((record) => record.kind === 'step' && record.epoch === epoch.epoch) as StepRecord[];
      const parts = steps.flatMap((step) => [step.clientSeconds, step.wireSeconds, step.serverSeconds]);
      expect(parts.every((seconds) => seconds > 0)).toBe(true);
      expect(steps.every(({ waitSeconds }) => waitSeconds >= 0)).toBe(true);
      const waits = steps.map(({ waitSeconds }) => waitSeconds);
      const seconds = epoch.seconds - before;
      // Server times travel as float32.
      expect(seconds).toBeGreaterThan([...parts, ...waits].reduce((a, b) => a + b) * 0.999);
      expect(epoch.seconds).toBeLessThan(took);
      expect(epoch.samplesPerSecond * seconds).toBeCloseTo(3 * 4 - 1, 6);
      before = epoch.seconds;
    }
  });

  it('say which source they are of, and how long its device computed and was made to wait', async () => {
    const device = {
      work: async <T>(compute: () => T | Promise<T>) => ({ result: await compute(), seconds: 1, waited: 2 }),
    };
    const onOpen = (split: SplitNetwork): SplitNetwork => ({
      ...split,
      server: {
        ...split.server,
        step: async (...asked) => ({ ...(await split.server.step(...asked)), waitSeconds: 8, wireSeconds: 16 }),
      },
    });
    const phases = [{ budget: 'full', epochs: 1 }] as const;
    const records = recordsOf(await train({ source: 3, device, onOpen, phases }));
    expect(records.map(({ source }) => source)).toEqual(records.map(() => 3));
    for (const step of records.filter((record) => record.kind === 'step')) {
      expect([step.clientSeconds, step.wireSeconds]).toEqual([2, 16]);
      // And for its batch.
      expect(step.waitSeconds).toBeGreaterThanOrEqual(2 + 8 + 2);
    }
    expect(recordsOf(await train()).map(({ source }) => source)).not.toContain(3);
  });

  it('have the mean loss of the test set by sample, in batches of any size', async () => {
    const scores: { loss: number; correct: number; samples: number }[] = [];
    const onOpen = (split: SplitNetwork): SplitNetwork => ({
      ...split,
      server: {
        ...split.server,
        async evaluate(request, codec) {
          const score = await split.server.evaluate(request, codec);
          scores.push({ ...score, samples: request.labels.length });
          return score;
        },
      },
    });
    const data: BatchSource = {
      ...noiseSource(tinyNetwork),
      async *test() {
        for (const samples of [5, 1]) yield await Promise.resolve(noise(`test of ${samples}`, tinyNetwork, samples));
      },
    };
    const records = recordsOf(await train({ data, onOpen, phases: [{ budget: 2, epochs: 1 }] }));
    const [epoch] = records.filter((record) => record.kind === 'epoch');
    expect(scores.map(({ samples }) => samples)).toEqual([5, 1]);
    expect(epoch.testLoss).toBeCloseTo((5 * scores[0].loss + scores[1].loss) / 6, 10);
    expect(epoch.testAccuracy).toBeCloseTo((scores[0].correct + scores[1].correct) / 6, 10);
  });

  it("have the gate's loss in budgeted phases alone, and no gates without a module", async () => {
    const steps = stepsOf(await train());
    expect(steps.every(({ budget, pruneLoss }) => (budget === null ? pruneLoss === 0 : pruneLoss >= 2))).toBe(true);
    expect(steps.every(({ gates }) => gates?.length === 4 && gates.every((f) => f >= 0 && f <= 1))).toBe(true);
    for (const method of ['plain-split', 'raw-image'] as const) {
      expect(stepsOf(await train({ method })).every((step) => !('gates' in step) && step.pruneLoss === 0)).toBe(true);
    }
  });

  it.each<[MethodName, number[]]>([
    ['deprune', [1, 1, 3, 1]],
    ['scratch', [1, 1, 1, 1]],
  ])('have the learning rate of selectLr: %s', async (method, factors) => {
    const phases = [2, 'full'].map((budget) => ({ budget: budget as number | 'full', epochs: 2 }));
    const data = noiseSource(tinyNetwork, { batches: 1 });
    const events = await train({ method, phases, data, learningRate: 0.01, selectLr: { epochs: 1, factor: 3 } });
    expect(stepsOf(events).map(({ learningRate }) => learningRate)).toEqual(factors.map((factor) => 0.01 * factor));
  });
});

describe('a phase', () => {
  const gateIn = ({ client }: Snapshot): Float32Array =>
    Object.entries(client.weights).find(([name]) => name.endsWith('prune_filter'))![1].data as Float32Array;

  it.each([
    ['deprune', resetDeprune],
    ['prune', resetPrune],
  ] as const)('of %s begins with the reset of its gate, drawn by the seed', async (method, reset) => {
    const phases = [3, 2].map((budget) => ({ budget, epochs: 1 }));
    // With a learning rate this small the gate after a step is the gate before it.
    const events = await train({ method, phases, seed: 7, learningRate: 1e-9 });
    const expected = reset(gateIn(checkpointsOf(events)[0].snapshot), random(7, 'reset', 0, 1));
    const { gates } = stepsOf(events).find(({ phase }) => phase === 1)!;
    expect(Array.from(gates!)).toEqual(Array.from(expected, (value) => expect.closeTo(sigmoid(value), 5) as number));
  });

  it.each<[MethodName, string[]]>([
    ['deprune', ['client 0', 'server 0', 'client 6', 'server 6']],
    ['prune', ['client 0', 'server 0']],
    ['scratch', ['client 0', 'server 0', 'client 0', 'server 0']],
  ])('of %s begins with a fresh optimiser in both halves where it should', async (method, expected) => {
    const resets: string[] = [];
    let step = 0;
    const onOpen = (split: SplitNetwork): SplitNetwork => {
      step = 0;
      const { client, server } = split;
      return {
        ...split,
        client: {
          ...client,
          resetOptimiser() {
            resets.push(`client ${step}`);
            client.resetOptimiser();
          },
        },
        server: {
          ...server,
          phase(start) {
            if (start.fresh) resets.push(`server ${step}`);
            return server.phase(start);
          },
        },
      };
    };
    for await (const event of trainTiny({ method, momentum: 0.9, onOpen })) if (event.kind === 'step') step++;
    expect(resets).toEqual(expected);
  });
});

describe('a training that goes on', () => {
  const options = { momentum: 0.9, checkpointSteps: 2, codecs: { down: 'float16' } } as const;

  it.each<[MethodName, string]>([
    ['prune', 'checkpoint 0.1.1.1.4'],
    ['scratch', 'checkpoint 0.0.0.2.2'],
    ['scratch', 'final checkpoint 1.0.0.0.0'],
  ])('of %s from %s is as it would have been without the break', async (method, from) => {
    const more = { ...options, method, phases: twoPhases.map(({ budget }) => ({ budget, epochs: 1 })).toReversed() };
    const whole = await train(more);
    const at = whole.findIndex((event) => brief(event) === from);
    const rest = await train({ ...more, resume: checkpointsOf(whole.slice(at, at + 1))[0].snapshot });
    expect(timeless(rest)).toEqual(timeless(whole.slice(at + 1)));
  });

  it('tells the server which phase it is in, and resets nothing', async () => {
    const started: PhaseStart[] = [];
    const onOpen = (split: SplitNetwork): SplitNetwork => ({
      ...split,
      server: {
        ...split.server,
        phase(start) {
          started.push(start);
          return split.server.phase(start);
        },
      },
    });
    const whole = await train({ ...options, onOpen });
    const phases = [
      { training: 0, phase: 0, budget: 2, fresh: true },
      { training: 0, phase: 1, budget: null, fresh: true },
    ];
    expect(started.splice(0)).toEqual(phases);
    const resume = checkpointsOf(whole).find(({ snapshot }) => snapshot.position.epoch === 1)!.snapshot;
    expect(resume.position.batch).toBe(0);
    await train({ ...options, onOpen, resume });
    expect(started).toEqual([{ ...phases[0], fresh: false }, phases[1]]);
  });
});

describe('the seed', () => {
  it('decides every weight and record, bit for bit', async () => {
    const runs = await Promise.all([1, 1, 2].map(async (seed) => timeless(await train({ seed, momentum: 0.9 }))));
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
  });
});

describe('a training that is left', () => {
  const left = async (events: AsyncGenerator<TrainingEvent>): Promise<void> => {
    for await (const event of events) if (event.kind === 'epoch') break;
  };

  it('leaves no tensors behind, whether it is finished, abandoned or diverges', async () => {
    const before = tf.memory().numTensors;
    await train({ method: 'scratch', momentum: 0.9 });
    expect(tf.memory().numTensors).toBe(before);
    await left(trainTiny());
    expect(tf.memory().numTensors).toBe(before);
    await expect(train({ learningRate: 1e30 })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['deprune', 'full', 'plain-split'] as const)('says what to do when it diverges: %s', async (method) => {
    const training = train({ method, learningRate: 1e30 });
    await expect(training).rejects.toMatchObject({ name: 'SluiceError' });
    await expect(training).rejects.toThrow(/learning ?rate/i);
  });
});

describe('a request to stop', () => {
  it('that comes as an event is heard between steps and between batches of the test', async () => {
    for (const delivery of ['train', 'test'] as const) {
      const controller = new AbortController();
      const source = noiseSource(tinyNetwork, { batches: 20, testBatches: 20 });
      let delivered = 0;
      const watched = async function* <T>(batches: AsyncIterable<T>): AsyncGenerator<T> {
        for await (const batch of batches) {
          if (delivered++ === 0) setImmediate(() => controller.abort());
          yield batch;
        }
      };
      const data = {
        ...source,
        train: (epoch: number) => (delivery === 'train' ? watched(source.train(epoch)) : source.train(epoch)),
        test: () => (delivery === 'test' ? watched(source.test()) : source.test()),
      };
      // From scratch there is another training after the one that stops.
      const events = await train({ data, method: 'scratch', signal: controller.signal });
      expect(delivered).toBeLessThan(20);
      expect(events.at(-1)).toMatchObject({ kind: 'checkpoint', final: false });
      expect(lastSnapshot(events).position).toMatchObject({
        training: 0,
        step: delivery === 'train' ? delivered : 20,
      });
    }
  });
});

it('tells every step how much of its phase is left', async () => {
  const left: unknown[] = [];
  const watched = (split: SplitNetwork): SplitNetwork => ({
    ...split,
    client: {
      ...split.client,
      begin(batch, budget, step, share) {
        left.push(share);
        return split.client.begin(batch, budget, step, share);
      },
    },
  });
  await eventsOf(trainTiny({ onOpen: watched }));
  // Three steps an epoch: two epochs of the first phase, one of the second.
  expect(left).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 1, 1, 1]);
});
