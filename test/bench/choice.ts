import { parseArgs } from 'node:util';
import { byAccuracy, candidateWords, type Candidate } from '../../main/inference/candidate.ts';
import { madeTraces, pieceAt, type Trace, type TraceName } from '../../main/inference/traces.ts';
import { madeFamily } from './choice-family.ts';
import { controlled, fixed, oracle, simulate, type FrameOutcome, type Scene } from './choice-simulation.ts';

/**
 * The choice at run time on made traces, simulated: the controller against every fixed choice and an oracle that knows trace
 * and chance. Means over `--seeds` seeds from `--seed` on. `--over-time` prints what was chosen in each piece of a trace.
 */
const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '200' },
    'latency-p95': { type: 'string', default: '100' },
    'max-bytes': { type: 'string' },
    trace: { type: 'string', multiple: true },
    'over-time': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

// Those that are nowhere better than another are left out: under a made accuracy int8 is always better than float16.
const candidates = byAccuracy(madeFamily());
const limit = Number(options['latency-p95']) / 1000;
const seconds = Number(options.seconds);
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => Number(options.seed) + i);
const names = (options.trace ?? Object.keys(madeTraces)) as TraceName[];

interface Outcome {
  /** Frames that some candidate could have answered in time, of all. */
  readonly possible: number;
  /** Of these: answered in time. */
  readonly kept: number;
  /** Of these, those that were answered: mean accuracy of what answered them. */
  readonly accuracy: number;
  /** Seconds, of all frames. */
  readonly p50: number;
  readonly p95: number;
  readonly bytes: number;
  readonly changesPerMinute: number;
}

function sceneOf(name: TraceName, seed: number): Scene {
  const maxBytes = options['max-bytes'];
  return {
    trace: madeTraces[name](seed, seconds),
    seconds,
    seed,
    framesPerSecond: 20,
    inFlight: 8,
    candidates,
    target: { latencyP95: limit, ...(maxBytes === undefined ? {} : { maxBytes: Number(maxBytes) }) },
    device: 1e-9,
    server: 1e-11,
  };
}

function outcomeOf(frames: readonly FrameOutcome[]): Outcome {
  const possible = frames.filter((each) => each.possible);
  const times = frames.map(({ latency }) => latency).sort((a, b) => a - b);
  const changes = frames.filter(({ candidate }, i) => i > 0 && candidate !== frames[i - 1].candidate).length;
  return {
    possible: possible.length / frames.length,
    kept: possible.filter(({ latency }) => latency <= limit).length / possible.length,
    accuracy: mean(possible.flatMap(({ candidate }) => (candidate ? [candidate.accuracy] : []))),
    p50: times[times.length >> 1],
    p95: times[Math.ceil(0.95 * times.length) - 1],
    bytes: mean(frames.map(({ bytes }) => bytes)),
    changesPerMinute: (60 * changes) / seconds,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Means over the seeds. */
function over(outcomes: readonly Outcome[]): Outcome {
  const keys = Object.keys(outcomes[0]) as (keyof Outcome)[];
  return Object.fromEntries(keys.map((key) => [key, mean(outcomes.map((each) => each[key]))])) as unknown as Outcome;
}

function show(name: string, outcome: Outcome, best: Outcome): string {
  const { possible, kept, accuracy, p50, p95, bytes, changesPerMinute } = outcome;
  const cells = [
    name.padEnd(20),
    `${(100 * possible).toFixed(1)} %`,
    `${(100 * kept).toFixed(1)} %`,
    `${(100 * accuracy).toFixed(1)} %`,
    `${((100 * accuracy) / best.accuracy).toFixed(1)} %`,
    ...[p50, p95].map((time) => (Number.isFinite(time) ? `${(1000 * time).toFixed(0)} ms` : '–')),
    `${bytes.toFixed(0)} B`,
    changesPerMinute.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What was chosen in each piece, the most frequent first. */
function overTime(trace: Trace, frames: readonly FrameOutcome[]): string[] {
  return trace.map((piece) => {
    const here = frames.filter(({ at }) => pieceAt(trace, at) === piece);
    const counts = new Map<string, number>();
    for (const { candidate } of here) {
      const words = candidate ? candidateWords(candidate) : 'none';
      counts.set(words, (counts.get(words) ?? 0) + 1);
    }
    const chosen = [...counts].sort((a, b) => b[1] - a[1]).map(([words, count]) => `${words} × ${count}`);
    const late = here.filter(({ possible, latency }) => possible && latency > limit).length;
    return `${piece.from.toFixed(1).padStart(6)} s  ${piece.name.padEnd(14)} late ${String(late).padStart(2)}  ${chosen.join(', ')}`;
  });
}

const results = names.map((name) => {
  const scenes = seeds.map((seed) => sceneOf(name, seed));
  const policies: [string, Candidate | null, Outcome][] = [
    ['oracle', null, over(scenes.map((scene) => outcomeOf(simulate(scene, oracle(scene)))))],
    ['controller', null, over(scenes.map((scene) => outcomeOf(simulate(scene, controlled(scene)))))],
    ...candidates.map((candidate): [string, Candidate, Outcome] => [
      candidateWords(candidate),
      candidate,
      over(scenes.map((scene) => outcomeOf(simulate(scene, fixed(candidate))))),
    ]),
  ];
  if (!options.json) {
    console.log(`\n${name}: seeds ${seeds.join(', ')}, ${seconds} s each, target ${1000 * limit} ms`);
    console.log(
      '| choice | possible | kept | accuracy | of the oracle’s | p50 | p95 | bytes a frame | changes a minute |',
    );
    for (const [words, , outcome] of policies) console.log(show(words, outcome, policies[0][2]));
    const [scene] = scenes;
    if (options['over-time']) console.log(overTime(scene.trace, simulate(scene, controlled(scene))).join('\n'));
  }
  return { trace: name, policies: policies.map(([words, , outcome]) => ({ choice: words, ...outcome })) };
});
if (options.json) console.log(JSON.stringify({ seeds, seconds, limit, results }));
