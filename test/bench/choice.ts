import { parseArgs } from 'node:util';
import { candidateWords } from '../../main/inference/candidate.ts';
import { madeTraces, type TraceName } from '../../main/inference/traces.ts';
import { madeFamily } from './choice-family.ts';
import { controlled, fixed, oracle, simulate, type FrameOutcome, type Scene } from './choice-simulation.ts';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '300' },
    'latency-p95': { type: 'string', default: '100' },
    'max-bytes': { type: 'string' },
    trace: { type: 'string', multiple: true },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const candidates = madeFamily();
const names = (options.trace ?? Object.keys(madeTraces)) as TraceName[];
const maxBytes = options['max-bytes'];
for (const name of names) {
  const seconds = Number(options.seconds);
  const seed = Number(options.seed);
  const scene: Scene = {
    trace: madeTraces[name](seed, seconds),
    seconds,
    seed,
    framesPerSecond: 20,
    inFlight: 8,
    candidates,
    target: {
      latencyP95: Number(options['latency-p95']) / 1000,
      ...(maxBytes === undefined ? {} : { maxBytes: Number(maxBytes) }),
    },
    device: 1e-9,
    server: 1e-11,
  };
  console.log(`\n${name}`);
  const best = simulate(scene, oracle(scene));
  show('oracle', best, best);
  show('controller', simulate(scene, controlled(scene)), best);
  if (options.all)
    for (const candidate of candidates) show(candidateWords(candidate), simulate(scene, fixed(candidate)), best);
}

function show(name: string, outcomes: readonly FrameOutcome[], best: readonly FrameOutcome[]): void {
  const target = Number(options['latency-p95']) / 1000;
  const possible = outcomes.filter((each) => each.possible);
  const kept = possible.filter(({ latency }) => latency <= target);
  const accuracy = mean(possible.flatMap(({ candidate }) => (candidate ? [candidate.accuracy] : [])));
  const inTime = mean(
    possible.map(({ candidate, latency }) => (candidate && latency <= target ? candidate.accuracy : 0)),
  );
  const oracleAccuracy = mean(
    best.filter((each) => each.possible).flatMap(({ candidate }) => (candidate ? [candidate.accuracy] : [])),
  );
  const latencies = outcomes.map(({ latency }) => latency).sort((a, b) => a - b);
  const at = (q: number): string => (1000 * latencies[Math.floor(q * (latencies.length - 1))]).toFixed(0);
  const switches = outcomes.filter(({ candidate }, i) => i > 0 && candidate !== outcomes[i - 1].candidate).length;
  console.log(
    [
      name.padEnd(22),
      `${possible.length}/${outcomes.length}`,
      `kept ${((100 * kept.length) / possible.length).toFixed(1)}%`,
      `acc ${(100 * accuracy).toFixed(2)} (${((100 * accuracy) / oracleAccuracy).toFixed(1)}%)`,
      `in time ${(100 * inTime).toFixed(2)}`,
      `p50 ${at(0.5)} p95 ${at(0.95)}`,
      `bytes ${mean(outcomes.map(({ bytes }) => bytes)).toFixed(0)}`,
      `switches ${switches}`,
    ].join('  '),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
