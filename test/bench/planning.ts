import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeDataset } from '../../main/data/datasets.ts';
import { stepCost, type Exchange } from '../../main/planning/costs.ts';
import { circumstancesOf, timesRequest } from '../../main/planning/of-experiment.ts';
import { simulateSources } from '../../main/planning/sources.ts';
import type { KnownTimes } from '../../main/planning/times-file.ts';
import { executeHere } from '../../main/processes/run/execute.ts';
import { runTask } from '../../main/processes/task/run-task.ts';
import { secondsOf } from '../../main/records/columns.ts';
import type { StepRecord } from '../../main/records/record.ts';
import { phasesAt } from '../../main/runs/experiment/budgets.ts';
import { featuresAt } from '../../main/runs/experiment/features.ts';
import type { Experiment, ExperimentInput } from '../../main/runs/experiment/experiment.ts';
import { parseExperiment } from '../../main/runs/experiment/parse.ts';
import { openStore, type Store } from '../../main/runs/store/store.ts';
import { codecSettings } from '../../main/training/controller.ts';
import { runDevices } from './testbed-devices.ts';

/**
 * What plans predict against what is measured, as tables for docs/results.md: VGG11 at half width and batches of 16, cut, budget,
 * codec and link varied, each trained for some steps in processes of its own; then the simulation of 1, 2, 4 and 8 sources
 * against the testbed's devices, which take the measured times instead of computing. `--only steps` or `--only sources` is one of
 * the two, `--match lte` the cases with that in their line, `--steps 40` makes it shorter,
 * `--threads 1` steadier on a machine that others use, `--json` prints one document alone.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    match: { type: 'string', default: '' },
    steps: { type: 'string', default: '60' },
    threads: { type: 'string' },
  },
});
const steps = Number(options.steps);
/** Of each run: they take memory, and both processes compile as they go. */
const warmUp = Math.min(24, steps >> 1);
const batchSize = 16;

type Case = readonly [
  layer: number,
  budget: number | 'full' | 'plain',
  codec: 'float32' | 'float16' | 'int8',
  link: 'none' | 'ethernet' | 'wifi6' | 'lte' | '3g' | 'satellite',
];

const cases: readonly Case[] = [
  [5, 4, 'float16', 'none'],
  [5, 'full', 'float32', 'none'],
  [3, 8, 'int8', 'none'],
  [5, 4, 'float16', 'ethernet'],
  [5, 'full', 'float32', 'ethernet'],
  [5, 'plain', 'float16', 'ethernet'],
  [2, 'full', 'float16', 'ethernet'],
  [5, 16, 'int8', 'wifi6'],
  [3, 'full', 'float32', 'wifi6'],
  [8, 'full', 'int8', 'wifi6'],
  [5, 4, 'float16', 'lte'],
  [8, 16, 'int8', 'lte'],
  [11, 'full', 'float32', 'lte'],
  [5, 2, 'int8', '3g'],
  [8, 4, 'float16', 'satellite'],
];

const home = mkdtempSync(join(tmpdir(), 'sluice-planning-'));
process.env['SLUICE_HOME'] = home;
const info = describeDataset('synthetic');
const found: Record<string, unknown> = {};
try {
  if (options.only !== 'sources') found['steps'] = await compareSteps();
  if (options.only !== 'steps') found['sources'] = await compareSources();
  if (options.json) console.log(JSON.stringify(found));
} finally {
  rmSync(home, { recursive: true, force: true });
}

async function compareSteps(): Promise<unknown[]> {
  const chosen = cases.filter((each) => each.join(' ').includes(options.match));
  const rows: unknown[] = [];
  const store = openStore(home);
  say(['cut', 'budget', 'codec', 'link', 'bytes a step', 'measured', 'predicted', 'measured', 'error', 'load'], true);
  for (const each of chosen) {
    const experiment = experimentOf(each);
    // Whole halves are timed anew before each run, so that what else the machine does befalls both.
    forgetHalves();
    const cost = await predicted(experiment);
    const measured = await run(store, experiment);
    const error = cost.seconds / measured.seconds - 1;
    const bytes = [cost.bytesUp + cost.bytesDown, measured.bytes] as const;
    rows.push({ case: each, predicted: cost, measured, error, load: loadavg()[0] });
    say([
      ...each.map(String),
      ...bytes.map(String),
      ms(cost.seconds),
      ms(measured.seconds),
      percent(error),
      loadavg()[0].toFixed(1),
    ]);
  }
  store.close();
  return rows;
}

function forgetHalves(): void {
  const folder = join(home, 'planning');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const file = join(folder, name);
    const times = JSON.parse(readFileSync(file, 'utf8')) as KnownTimes;
    writeFileSync(file, JSON.stringify({ ...times, beyond: {} } satisfies KnownTimes));
  }
}

function experimentOf([layer, budget, codec, link]: Case): Experiment {
  const plain = budget === 'plain';
  const method = plain ? 'plain-split' : budget === 'full' ? 'full' : 'high-compression';
  return parseExperiment({
    method,
    model: { name: 'vgg11', width: 0.5 },
    dataset: { name: 'synthetic', trainSamples: steps * batchSize, testSamples: 1 },
    split: { layer, ...(plain ? { module: null } : {}) },
    phases: [{ budget: plain ? 'full' : budget, epochs: 1 }],
    codec: { up: codec, down: codec, full: codec },
    batchSize,
    engine: 'cpu',
    ...(options.threads === undefined ? {} : { threads: Number(options.threads) }),
    link: link === 'none' ? null : link,
  } satisfies ExperimentInput);
}

async function predicted(experiment: Experiment): Promise<Exchange> {
  const times = await runTask('times', timesRequest(experiment, info, 'client'));
  const at = circumstancesOf(experiment, info, times, times);
  const [{ budget }] = phasesAt(experiment, featuresAt(at.network, experiment.split));
  const choice = {
    cut: experiment.split,
    budget: budget === 'full' ? null : budget,
    codecs: codecSettings(experiment.codec),
  };
  return stepCost(choice, at);
}

interface Measured {
  /** Mean of a step of the faster half, waiting included, and its parts. */
  readonly seconds: number;
  readonly parts: readonly number[];
  /** Of the messages of a step, the same for all. */
  readonly bytes: number;
}

async function run(store: Store, experiment: Experiment): Promise<Measured> {
  const { id } = store.create(experiment, 1);
  await executeHere(store, id, {}, {});
  const records = store.steps(id).filter(({ step }) => step >= warmUp);
  // Of the faster half, as predictions are: where others use the machine, too, the rest tells of them.
  const faster = [...records].sort((a, b) => secondsOf(a) - secondsOf(b)).slice(0, Math.ceil(records.length / 2));
  const mean = (of: (record: StepRecord) => number): number =>
    faster.reduce((sum, record) => sum + of(record), 0) / faster.length;
  const sizes = new Set(records.map(({ bytesUp, bytesDown }) => bytesUp + bytesDown));
  if (sizes.size !== 1) throw new Error(`Steps differ in their bytes: ${[...sizes].join(', ')}.`);
  return {
    seconds: mean(secondsOf),
    parts: [
      mean(({ clientSeconds }) => clientSeconds),
      mean(({ wireSeconds }) => wireSeconds),
      mean(({ serverSeconds }) => serverSeconds),
      mean(({ waitSeconds }) => waitSeconds),
    ],
    bytes: [...sizes][0],
  };
}

/** Devices of 40 % of a core on one channel of 100 Mbit/s, as in the paper's testbed; server and device as timed here. */
async function compareSources(): Promise<unknown[]> {
  const rows: unknown[] = [];
  say(['budget', 'sources', 'simulated, steps/s', 'testbed', 'error', 'channel busy', 'server busy'], true);
  for (const budget of [4, 'full'] as const) {
    const link = { up: 100, down: 100, rttMs: 4, jitterMs: 1, loss: 0, shared: true };
    // The devices of the testbed send what crosses there at full width.
    const experiment = parseExperiment({
      model: { name: 'vgg11' },
      phases: [{ budget, epochs: 1 }],
      method: budget === 'full' ? 'full' : 'high-compression',
      codec: { up: 'float16', down: 'float16', full: 'float16' },
      batchSize,
      engine: 'cpu',
      sources: { count: 8, cpuShare: 0.4 },
      link,
    } satisfies ExperimentInput);
    const device = await runTask('times', timesRequest(experiment, info, 'client'));
    const server = await runTask('times', timesRequest(experiment, info, 'server'));
    const at = circumstancesOf(experiment, info, device, server);
    const kept = budget === 'full' ? null : budget;
    const codecs = codecSettings(experiment.codec);
    const cost = stepCost({ cut: experiment.split, budget: kept, codecs }, at);
    for (const sources of [1, 2, 4, 8]) {
      if (!`${budget} ${sources}`.includes(options.match)) continue;
      const crowd = { sources, servers: 1, arrivals: 'closed' } as const;
      const { result } = simulateSources(at, cost, crowd, 1);
      const times = { clientSeconds: cost.client, serverSeconds: cost.server };
      const all = await runDevices({ batch: batchSize, budget: kept, codecs, sources, steps, ...times, link });
      const counted = all.filter(({ step }) => step >= warmUp);
      const perSecond = (sources * counted.length) / counted.reduce((sum, step) => sum + secondsOf(step), 0);
      const error = result.perSecond / perSecond - 1;
      rows.push({ budget, sources, simulated: result, measured: perSecond, error, cost });
      const busy = [percent(result.busy.channel), percent(result.busy.server)];
      say([
        String(budget),
        String(sources),
        result.perSecond.toFixed(2),
        perSecond.toFixed(2),
        percent(error),
        ...busy,
      ]);
    }
  }
  return rows;
}

function ms(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function say(cells: readonly string[], heads = false): void {
  if (options.json) return;
  console.log(`| ${cells.join(' | ')} |`);
  if (heads) console.log(`| ${cells.map(() => '---').join(' | ')} |`);
}
