import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEngine } from '../../main/engine/engine.ts';
import { onnxFiles } from '../../main/exports/onnx/set.ts';
import type { NetworkName } from '../../main/model/zoo.ts';
import type { Features } from '../../main/offload/protocol/messages.ts';
import { random } from '../../main/random.ts';
import { servedPairs, type ServedPair } from '../../main/serving/pairs.ts';
import { serverOf } from '../../main/sets/open.ts';
import { onnxRuntime } from '../support/onnx-runtime.ts';
import { channelsFirst } from '../support/written-halves.ts';
import { makeTestSet } from '../support/model-set.ts';
import { median } from './median.ts';

/**
 * The server half of a pair on the cpu engine beside the same half as ONNX on onnxruntime-node, with the same threads: both
 * in turn, batch by batch, so that what else the machine does befalls both. Where it does much, the time of the processor
 * tells more than the clock: of one thread (`--threads 1`), as those that wait for one another take some, too.
 */

if (!onnxRuntime) throw new Error('ONNX Runtime is missing: npm install --no-save onnxruntime-node@1.30.0');
const { InferenceSession, Tensor } = onnxRuntime;

const { values: asked } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '30' },
    networks: { type: 'string', default: 'vgg11,resnet18' },
    batches: { type: 'string', default: '1,4,8,32' },
    budgets: { type: 'string', default: 'full,4' },
  },
});
const threads = Number(asked.threads);
const rounds = Number(asked.rounds);

const cuts: Readonly<Record<string, number>> = { vgg11: 5, resnet18: 4, cnn: 4 };

interface Half {
  readonly label: string;
  readonly pair: ServedPair;
  ours(features: Features): Promise<Float32Array>;
  theirs(features: Features): Promise<Float32Array>;
}

async function halvesOf(network: string): Promise<Half[]> {
  const budgets = asked.budgets.split(',').map((text) => (text === 'full' ? null : Number(text)));
  const set = await makeTestSet({
    name: network,
    budgets,
    model: { name: network as NetworkName, width: 1 },
    split: { layer: cuts[network] },
    images: { shape: [32, 32, 3], classes: Array.from({ length: 10 }, (_, i) => `class ${i}`) },
  });
  const files = new Map<string, Uint8Array>();
  for await (const { path, data } of onnxFiles(set, { normalised: true })) files.set(path, data);
  const halves: Half[] = [];
  for (const pair of servedPairs(set, new Map())) {
    const half = await serverOf(set, pair.budget);
    const session = await InferenceSession.create(files.get(`${pair.budget ?? 'full'}/server.onnx`)!, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
    });
    halves.push({
      label: `${network}, budget ${pair.budget ?? 'full'}`,
      pair,
      ours: (features) => half.infer(features),
      async theirs({ maps, shape: [samples, height, width], total }) {
        const turned = channelsFirst(maps, [height, width, total]);
        const { logits } = await session.run({ maps: new Tensor('float32', turned, [samples, total, height, width]) });
        return logits.data as Float32Array;
      },
    });
  }
  return halves;
}

function featuresOf({ sent: [height, width, total] }: ServedPair, samples: number): Features {
  const source = random(1, 'bench', samples);
  const maps = Float32Array.from({ length: samples * height * width * total }, () => source.normal());
  return { maps, shape: [samples, height, width], total, selection: null };
}

interface Taken {
  readonly clock: number;
  /** Of all threads. */
  readonly processor: number;
}

/** In milliseconds. */
async function time(work: () => Promise<unknown>): Promise<Taken> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - began, processor: (user + system) / 1000 };
}

async function compare({ label, pair, ours, theirs }: Half, samples: number): Promise<void> {
  const features = featuresOf(pair, samples);
  const [a, b] = [await ours(features), await theirs(features)];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0) / largest;
  const times = { ours: [] as Taken[], theirs: [] as Taken[] };
  for (let round = 0; round < rounds; round++) {
    times.ours.push(await time(() => ours(features)));
    times.theirs.push(await time(() => theirs(features)));
  }
  const figures = (['clock', 'processor'] as const).map((what) => {
    const [own, other] = [times.ours, times.theirs].map((taken) => median(taken.map((each) => each[what])));
    return `${own.toFixed(2)} | ${other.toFixed(2)} | ${(own / other).toFixed(2)}`;
  });
  console.log(`| ${label} | ${samples} | ${figures.join(' | ')} | ${apart.toExponential(0)} |`);
}

const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
process.env['SLUICE_HOME'] = home;
try {
  const { detail } = await openEngine('cpu', { threads });
  console.log(
    `Load ${loadavg()[0].toFixed(1)}; cpu engine (${detail}) beside onnxruntime-node, ${threads} threads each, ${rounds} rounds`,
  );
  console.log(
    '\n| half | batch | ours, ms | onnxruntime, ms | ratio | ours, ms of processor | onnxruntime | ratio | logits apart |',
  );
  console.log(`| --- |${' ---: |'.repeat(8)}`);
  for (const network of asked.networks.split(',')) {
    for (const half of await halvesOf(network)) {
      for (const samples of asked.batches.split(',')) await compare(half, Number(samples));
    }
  }
} finally {
  rmSync(home, { recursive: true });
}
process.exit(0);
