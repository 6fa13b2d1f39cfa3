import { parseArgs } from 'node:util';
import { openBatches } from '../../main/data/batches.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { merge } from '../../main/fields.ts';
import type { EpochRecord, PairRecord } from '../../main/records/record.ts';
import type { ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../main/runs/experiment/parse.ts';
import { trainExperiment } from '../../main/runs/life/train-experiment.ts';

/**
 * What each gate is worth beside the published one: test accuracy of the smallest budget's pair, mean ± standard deviation over
 * seeds, with the bytes a training sends, on the built-in images with one thread. `--seeds 5`, `--images 3000` and `--match prune`
 * make it longer, larger or a part of it. Nothing in it depends on the clock.
 */
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    images: { type: 'string', default: '1500' },
    match: { type: 'string', default: '' },
  },
});

const base: ExperimentInput = {
  dataset: { trainSamples: Number(options.images), testSamples: 500, augment: false },
  model: { name: 'cnn', width: 0.25 },
  split: { layer: 3 },
  optimiser: { learningRate: 0.02, momentum: 0.9 },
  codec: { up: 'float16', down: 'float16', full: 'float16' },
  processes: 'one',
  engine: 'cpu',
  threads: 1,
};

/** 8 maps of 16 × 16 at the cut: 2 of them throughout, and all before 2. */
const schedules: Readonly<Record<string, ExperimentInput>> = {
  'high compression': { method: 'high-compression', phases: [{ budget: 2, epochs: 8 }] },
  prune: {
    method: 'prune',
    phases: [
      { budget: 'full', epochs: 5 },
      { budget: 2, epochs: 3 },
    ],
  },
};

const gates: Readonly<Record<string, ExperimentInput>> = {
  published: {},
  importance: { gate: { name: 'importance' } },
  'straight-through': { gate: { name: 'straight-through' } },
  'hard-concrete': { gate: { name: 'hard-concrete' } },
  'published, random share 0.2': { gate: { randomShare: 0.2 } },
  'importance, random share 0.2': { gate: { name: 'importance', randomShare: 0.2 } },
};

const cases = Object.entries(schedules).flatMap(([schedule, phases]) =>
  Object.entries(gates).map(([gate, input]) => ({ title: `${schedule} | ${gate}`, input: merge(phases, input) })),
);
cases.push({
  title: 'high compression | fixed bottleneck, c = 4',
  input: {
    method: 'bottleneck',
    split: { module: { features: 4 } },
    phases: [{ budget: 'full', epochs: 8 }],
  },
});

interface Outcome {
  readonly accuracy: number;
  readonly bytes: number;
}

async function outcomeOf(input: ExperimentInput, seed: number): Promise<Outcome> {
  const experiment = parseExperiment(merge(base, input));
  const { dataset, batchSize } = experiment;
  const data = await openBatches({ ...dataset, dataset: dataset.name, batchSize, seed });
  let last: PairRecord | null = null;
  let epoch: EpochRecord | null = null;
  for await (const event of trainExperiment(experiment, seed, data, {})) {
    if (event.kind === 'pair') last = event;
    if (event.kind === 'epoch') epoch = event;
  }
  await data.close();
  return { accuracy: last!.testAccuracy, bytes: epoch!.bytesUp + epoch!.bytesDown };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1));
}

await openEngine('cpu', { threads: 1 });
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);
console.log('| schedule | gate | accuracy, % | bytes of a training |');
console.log('| --- | --- | ---: | ---: |');
for (const { title, input } of cases.filter((each) => each.title.includes(options.match))) {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) outcomes.push(await outcomeOf(input, seed));
  const accuracies = outcomes.map(({ accuracy }) => 100 * accuracy);
  const bytes = Math.round(meanOf(outcomes.map((outcome) => outcome.bytes)));
  console.log(
    `| ${title} | ${meanOf(accuracies).toFixed(1)} ± ${deviationOf(accuracies).toFixed(1)} | ${bytes.toLocaleString('en')} |`,
  );
}
