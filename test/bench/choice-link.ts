import { parseArgs } from 'node:util';
import { codecChoice } from '../../main/offload/codecs/table.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { candidateWords, type Candidate } from '../../main/inference/candidate.ts';
import { candidatesOf, usualCodecs } from '../../main/inference/candidates.ts';
import { connectRemote } from '../../main/inference/connect.ts';
import { inferenceController } from '../../main/inference/controller.ts';
import { openHalves } from '../../main/inference/halves.ts';
import { remoteLink } from '../../main/inference/remote.ts';
import { inferenceRunner, type Answer } from '../../main/inference/runner.ts';
import { madeTraces, pieceAt, type TraceName } from '../../main/inference/traces.ts';
import { sleep } from '../../main/pause.ts';
import { startLinks } from '../../main/processes/link/start.ts';
import { openSet } from '../../main/sets/open.ts';

/**
 * The choice over the emulated link that changes as a trace says, with a real server ("sluice serve") behind it: frames that
 * do not wait for answers, and the same with each pair alone. Accuracies are those of the set's manifest; outages are left out,
 * as the emulated link is never quite dead.
 */
const { values: options } = parseArgs({
  options: {
    set: { type: 'string' },
    server: { type: 'string' },
    token: { type: 'string', default: process.env['SLUICE_TOKEN'] ?? '' },
    trace: { type: 'string', default: 'moving' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '60' },
    frames: { type: 'string', default: '10' },
    'latency-p95': { type: 'string', default: '100' },
    'in-flight': { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
if (options.set === undefined || options.server === undefined) throw new Error('--set and --server are needed.');

const limit = Number(options['latency-p95']) / 1000;
const seconds = Number(options.seconds);
const trace = madeTraces[options.trace as TraceName](Number(options.seed), seconds);
const clock = (): number => performance.now() / 1000;

await openEngine('cpu', { threads: 1 });
const set = await openSet(options.set);
const codecs = usualCodecs.map((name) => codecChoice(name));
const candidates = candidatesOf(set.manifest, { budget: 'auto', codecs: usualCodecs, places: ['server'] });
const budgets = [...new Set(candidates.map(({ budget }) => budget))];
const halves = await openHalves(set, budgets);
const { hostname, port } = new URL(options.server);

interface Frame {
  readonly at: number;
  readonly answer: Answer | null;
}

/** One ride over the trace with these candidates. */
async function ride(choosable: readonly Candidate[]): Promise<Frame[]> {
  const links = await startLinks({
    target: { host: hostname, port: Number(port) },
    link: trace[0].link!,
    shared: false,
    count: budgets.length,
    seed: Number(options.seed),
  });
  const url = `ws://127.0.0.1:${links.addresses[0].port}`;
  const server = { url, token: options.token };
  const asked = { server, set, budgets, codecs, software: 'bench', connectSeconds: 30 };
  const link = remoteLink(() => connectRemote(asked));
  await link.open();
  const controller = inferenceController({ candidates: choosable, target: { latencyP95: limit }, clock });
  const after = (time: number, signal: AbortSignal): Promise<void> => sleep(time * 1000, signal);
  const runner = inferenceRunner({ controller, halves, link, giveUpSeconds: 5, clock, after });
  const [height, width, channels] = set.manifest.images.shape;
  const image = Float32Array.from({ length: height * width * channels }, (_, i) => Math.sin(i));
  for (const { budget } of choosable) await halves.client(image, budget);
  const start = clock();
  const changes = trace.map(async ({ from, link: next }) => {
    await sleep(from * 1000);
    if (next) links.change(next);
  });
  const frames: Promise<Frame>[] = [];
  let underway = 0;
  for (let frame = 0; frame < seconds * Number(options.frames); frame++) {
    const at = frame / Number(options.frames);
    await sleep(Math.max(0, 1000 * (start + at - clock())));
    if (underway >= Number(options['in-flight'])) {
      frames.push(Promise.resolve({ at, answer: null }));
      continue;
    }
    underway++;
    const asked = runner.infer(image).finally(() => underway--);
    frames.push(asked.then((answer) => ({ at, answer })));
  }
  const all = await Promise.all(frames);
  await Promise.all(changes);
  await runner.close();
  await links.close();
  return all;
}

interface Outcome {
  readonly name: string;
  readonly kept: number;
  readonly accuracy: number;
  readonly p50: number;
  readonly p95: number;
  readonly bytes: number;
}

function outcome(name: string, frames: readonly Frame[]): Outcome {
  const accuracyOf = new Map(set.manifest.pairs.map(({ budget, testAccuracy }) => [budget, testAccuracy]));
  const times = frames.map(({ answer }) => answer?.seconds.total ?? Infinity).sort((a, b) => a - b);
  const answered = frames.flatMap(({ answer }) => (answer ? [answer] : []));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  return {
    name,
    kept: times.filter((time) => time <= limit).length / times.length,
    accuracy: mean(answered.map(({ budget }) => accuracyOf.get(budget)!)),
    p50: times[times.length >> 1],
    p95: times[Math.floor(0.95 * (times.length - 1))],
    bytes: mean(answered.map(({ bytesUp, bytesDown }) => bytesUp + bytesDown)),
  };
}

const chosen = await ride(candidates);
if (!options.json) {
  for (const { from, name } of trace) {
    const until = trace.find((piece) => piece.from > from)?.from ?? seconds;
    const here = chosen.filter(({ at }) => at >= from && at < until && pieceAt(trace, at).from === from);
    const by = new Map<string, number>();
    for (const { answer } of here) {
      const what = answer ? candidateWords(answer) : 'none';
      by.set(what, (by.get(what) ?? 0) + 1);
    }
    const late = here.filter(({ answer }) => (answer?.seconds.total ?? Infinity) > limit).length;
    console.log(
      `${from.toFixed(1)} s ${name}: ${[...by].map(([what, count]) => `${what} ${count}`).join('; ')}; late ${late}`,
    );
  }
}
const outcomes = [outcome('controller', chosen)];
for (const candidate of candidates) outcomes.push(outcome(candidateWords(candidate), await ride([candidate])));
if (options.json) console.log(JSON.stringify({ trace: options.trace, seed: options.seed, seconds, limit, outcomes }));
else {
  for (const { name, kept, accuracy, p50, p95, bytes } of outcomes) {
    const words = [`kept ${(100 * kept).toFixed(1)} %`, `accuracy ${(100 * accuracy).toFixed(1)} %`];
    const times = [p50, p95].map((time) => (1000 * time).toFixed(0));
    console.log(`${name.padEnd(20)} ${words.join('  ')}  p50 ${times[0]} p95 ${times[1]} ms  ${bytes.toFixed(0)} B`);
  }
}
halves.dispose();
