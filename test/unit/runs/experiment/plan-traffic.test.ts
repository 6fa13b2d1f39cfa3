import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch, BatchSource, DatasetInfo } from '../../../../main/data/source.ts';
import { openEngine } from '../../../../main/engine/engine.ts';
import { codecChoice, codecNames, sizeOf } from '../../../../main/offload/codecs/table.ts';
import type { ExperimentInput } from '../../../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../../../main/runs/experiment/parse.ts';
import { planTraffic, stepSections, type PlannedPhase } from '../../../../main/runs/experiment/plan-traffic.ts';
import { codecSettings } from '../../../../main/training/controller.ts';
import { trainExperiment } from '../../../../main/runs/life/train-experiment.ts';
import { eventsOf } from '../../../support/training.ts';

const info: DatasetInfo = {
  name: 'noise',
  shape: [8, 8, 3],
  classes: ['a', 'b', 'c'],
  trainSamples: 7,
  testSamples: 2,
};

/** 7 images in batches of 3: the last batch of an epoch has one. */
const tiny: ExperimentInput = {
  model: { name: 'cnn', width: 0.25 },
  split: { layer: 3 },
  batchSize: 3,
  phases: [
    { budget: 2, epochs: 2 },
    { budget: 'full', epochs: 1 },
  ],
};

const cases: Record<string, ExperimentInput> = {
  'deprune in float16 and float32': {},
  'deprune at a resolution and a feature factor': { split: { layer: 3, module: { resolution: 2, features: 2 } } },
  'deprune in int8 and scaled float16': { codec: { up: 'int8', down: 'float16-scaled', full: 'float16' } },
  prune: {
    method: 'prune',
    phases: [
      { budget: 'full', epochs: 1 },
      { budget: 3, epochs: 1 },
      { budget: 1, epochs: 1 },
    ],
  },
  scratch: {
    method: 'scratch',
    phases: [
      { budget: 'full', epochs: 1 },
      { budget: 3, epochs: 2 },
    ],
  },
  full: { method: 'full' },
  'high compression': { method: 'high-compression' },
  'a budget of bytes': {
    phases: [
      { budget: { bytes: 200 }, epochs: 1 },
      { budget: 'full', epochs: 1 },
    ],
  },
  'a fixed bottleneck': { method: 'bottleneck', split: { layer: 3, module: { features: 4 } } },
  'the plain split': { method: 'plain-split' },
  'raw images, which need no gradient': { method: 'raw-image', split: { layer: 0 } },
};

beforeAll(async () => {
  await openEngine('cpu', { threads: 1 });
});

describe('planned traffic', () => {
  for (const [name, input] of Object.entries(cases)) {
    it(`is what a run counts: ${name}`, async () => {
      const plan = planTraffic(parseExperiment({ ...tiny, ...input }), info);
      const counted = await countBytes({ ...tiny, ...input });
      expect(plan.phases.map(trafficOf)).toEqual(counted);
      expect([plan.steps, plan.bytesUp, plan.bytesDown]).toEqual(
        [0, 1, 2].map((i) => counted.reduce((sum, traffic) => sum + traffic[i + 1], 0)),
      );
    });
  }

  const exact = codecNames.filter((name) => 'exact' in sizeOf(codecChoice(name), [1, 1, 1, 1]));
  it.each(exact)('is what a run counts with %s everywhere', async (name) => {
    const input = { ...tiny, codec: { up: name, down: name, full: name } };
    const plan = planTraffic(parseExperiment(input), info);
    expect(plan.atMost).toBe(false);
    expect(plan.phases.map(trafficOf)).toEqual(await countBytes(input));
  });

  it('has a byte for each label up to 256 classes, and two beyond', () => {
    const codecs = codecSettings({ up: 'float32', down: 'float32', full: 'float32' });
    const labels = (classes: number): number =>
      stepSections({ sent: [1, 1, 4], clientTrains: true, classes }, 5, null, codecs).up.labels;
    expect([10, 256, 257].map(labels)).toEqual([5, 5, 10]);
  });

  it('has of sources with different numbers of batches the steps of the one that takes most', () => {
    const plan = planTraffic(parseExperiment({ ...tiny, sources: { count: 2 }, processes: 'separate' }), {
      ...info,
      trainSamples: 13,
    });
    // 7 and 6 images in batches of 3: three steps and two.
    expect(plan.phases.map(({ steps, mostSteps }) => [steps, mostSteps])).toEqual([
      [5 * 2, 3 * 2],
      [5, 3],
    ]);
  });

  it('is the most there can be with a lossless compression', async () => {
    const input: ExperimentInput = { ...tiny, codec: { up: 'int8+deflate', full: 'float32+deflate' } };
    const plan = planTraffic(parseExperiment(input), info);
    expect(plan.atMost).toBe(true);
    const counted = await countBytes(input);
    plan.phases.map(trafficOf).forEach(([, steps, up, down], i) => {
      expect(steps).toBe(counted[i][1]);
      expect(up).toBeGreaterThan(counted[i][2]);
      expect(down).toBeGreaterThanOrEqual(counted[i][3]);
    });
  });

  it('is set against the full budget and the plain split over the same epochs', () => {
    const plan = planTraffic(parseExperiment(tiny), info);
    const total = (input: ExperimentInput): number => {
      const { bytesUp, bytesDown } = planTraffic(parseExperiment({ ...tiny, ...input }), info);
      return bytesUp + bytesDown;
    };
    expect(plan.fullBudgetBytes).toBe(total({ method: 'full' }));
    expect(plan.plainSplitBytes).toBe(total({ method: 'plain-split' }));
    expect(plan.bytesUp + plan.bytesDown).toBeLessThan(plan.fullBudgetBytes);
  });

  it('leaves out what is held out for validation', () => {
    const held = planTraffic(parseExperiment({ ...tiny, validation: 0.5 }), info);
    // Of 7 images 4 are held out: the 3 left are a batch.
    expect(held.steps).toBe(3);
    expect(held.plainSplitBytes).toBeLessThan(planTraffic(parseExperiment(tiny), info).plainSplitBytes / 2);
  });

  it('counts the batches of every source', () => {
    const one = planTraffic(parseExperiment(tiny), info);
    const three = planTraffic(parseExperiment({ ...tiny, sources: { count: 3 } }), info);
    // 7 images are 3 + 3 + 1 in one place and 3, 2 and 2 in three: as many steps, one more of them short.
    expect([one.steps, three.steps]).toEqual([9, 9]);
    const five = planTraffic(parseExperiment({ ...tiny, sources: { count: 5 } }), info);
    expect(five.steps).toBe(15);
    expect(five.bytesUp).toBeGreaterThan(one.bytesUp);
  });
});

/** [training, steps, bytes up, bytes down] */
type PhaseTraffic = readonly [number, number, number, number];

function trafficOf({ training, steps, bytesUp, bytesDown }: PlannedPhase): PhaseTraffic {
  return [training, steps, bytesUp, bytesDown];
}

async function countBytes(input: ExperimentInput): Promise<PhaseTraffic[]> {
  const experiment = parseExperiment(input);
  const { signal } = new AbortController();
  const events = await eventsOf(trainExperiment(experiment, 1, noise(experiment.batchSize), { signal }));
  const phases = new Map<string, PhaseTraffic>();
  for (const event of events) {
    if (event.kind !== 'step') continue;
    const { training, phase, bytesUp, bytesDown } = event;
    const key = `${training}.${phase}`;
    const [, steps, up, down] = phases.get(key) ?? [training, 0, 0, 0];
    phases.set(key, [training, steps + 1, up + bytesUp, down + bytesDown]);
  }
  return [...phases.values()];
}

function noise(batchSize: number): BatchSource {
  const [height, width, channels] = info.shape;
  const batches = async function* (samples: number): AsyncGenerator<Batch> {
    for (let first = 0; first < samples; first += batchSize) {
      const count = Math.min(batchSize, samples - first);
      const images = Float32Array.from({ length: count * height * width * channels }, (_, i) => Math.sin(i));
      const labels = Uint16Array.from({ length: count }, (_, i) => i % info.classes.length);
      yield await Promise.resolve({ samples: count, images, labels, indices: new Uint32Array(count) });
    }
  };
  return {
    info,
    batchSize,
    train: () => batches(info.trainSamples),
    test: () => batches(info.testSamples),
    close: () => Promise.resolve(),
  };
}
