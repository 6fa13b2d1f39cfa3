import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBatches } from '../../main/data/batches.ts';
import { openEngine } from '../../main/engine/engine.ts';
import { executeHere } from '../../main/processes/run/execute.ts';
import { random } from '../../main/random.ts';
import { experimentSchema } from '../../main/runs/experiment/experiment.ts';
import { openStore } from '../../main/runs/store/store.ts';
import { trainExperiment } from '../../main/runs/life/train-experiment.ts';
import type { StepRecord } from '../../main/records/record.ts';

/**
 * Sources that train for minutes while something breaks every few seconds: a process is killed, a source or the network
 * stands still, all connections are cut. Afterwards each source is trained once more, undisturbed and in this process:
 * every step must have the very same loss, which it only has when both halves took every batch before it exactly once.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '20' },
    sources: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});
if (process.platform === 'win32') throw new Error('The faults are signals, which Windows does not have.');

const count = Number(options.sources);
const experiment = experimentSchema.parse({
  name: 'soak',
  method: 'high-compression',
  dataset: { name: 'synthetic', trainSamples: 512 * count, testSamples: 16 },
  model: { name: 'cnn', width: 0.125 },
  split: { layer: 3 },
  optimiser: { learningRate: 0.001, momentum: 0.9 },
  phases: [{ budget: 2, epochs: 100_000 }],
  sources: { count, serverHalf: 'own', threads: 1, cpuShare: 0.2 },
  link: 'wifi6',
  threads: 1,
  checkpointSteps: 20,
});

interface Line {
  readonly event: string;
  readonly pid?: number;
  readonly source?: number;
}

const home = mkdtempSync(join(tmpdir(), 'sluice-soak-'));
const store = openStore(home);
const { id } = store.create(experiment, 1);
const pick = random(Number(options.seed), 'faults');

/** Every fault there is, in turn. */
const faults: readonly { readonly name: string; readonly strike: () => void }[] = [
  { name: 'a source is killed', strike: () => signal('source-started', 'SIGKILL', pick.integer(count)) },
  { name: 'all connections are cut', strike: () => signal('links-started', 'SIGUSR2') },
  { name: 'the server is killed', strike: () => signal('server-started', 'SIGKILL') },
  { name: 'a source stands still', strike: () => stall('source-started', pick.integer(count)) },
  { name: 'the network stands still', strike: () => stall('links-started') },
];

const stop = new AbortController();
let struck = 0;
let injecting: NodeJS.Timeout | undefined;

/** From the first step on: what is not there yet cannot break. */
function begin(): void {
  injecting ??= setInterval(
    () => {
      if ((struck + 1) * Number(options.every) >= Number(options.minutes) * 60) {
        clearInterval(injecting);
        stop.abort();
        return;
      }
      const { name, strike } = faults[struck++ % faults.length];
      say(`${new Date().toISOString()} ${name}`);
      strike();
    },
    Number(options.every) * 1000,
  );
}

const { status } = await executeHere(
  store,
  id,
  {},
  { signal: stop.signal, onEvent: ({ kind }) => kind === 'progress' && begin() },
);
clearInterval(injecting);

const lines = log();
const happened = (event: string): number => lines.filter((line) => line.event === event).length;
const steps = store.steps(id);
const wrong = await compare(steps);
const result = {
  status,
  sources: count,
  faults: struck,
  steps: steps.length,
  reconnects: happened('link-reconnected'),
  serverRestarts: happened('server-died'),
  sourceRestarts: happened('source-died'),
  dropped: happened('source-dropped'),
  wrongSteps: wrong.length,
};
store.close();
rmSync(home, { recursive: true, force: true });
console.log(options.json ? JSON.stringify(result) : result);
say(wrong.length === 0 ? 'Every batch was applied exactly once.' : `Wrong: ${wrong.slice(0, 10).join(', ')}`);
process.exit(wrong.length === 0 ? 0 : 1);

/** Steps that are missing, or are not what they are in a training that nothing happens to. */
async function compare(found: readonly StepRecord[]): Promise<string[]> {
  await openEngine('cpu', { threads: 1 });
  const { name, ...subset } = experiment.dataset;
  const { batchSize } = experiment;
  const differing: string[] = [];
  for (let source = 0; source < count; source++) {
    const own = found.filter((step) => step.source === source);
    const shard = { index: source, count, seed: 1 };
    const data = await openBatches({ dataset: name, ...subset, batchSize, seed: 1, shard });
    let at = 0;
    for await (const event of trainExperiment(experiment, 1, data, { source })) {
      if (at === own.length) break;
      if (event.kind !== 'step') continue;
      const same = own[at].step === event.step && own[at].crossEntropy === event.crossEntropy;
      if (!same) differing.push(`source ${source} step ${event.step}`);
      at++;
    }
    await data.close();
  }
  return differing;
}

/** A quarter of the time to the next fault. */
function stall(event: string, source?: number): void {
  const pid = signal(event, 'SIGSTOP', source);
  if (pid !== null) setTimeout(() => send(pid, 'SIGCONT'), Number(options.every) * 250);
}

/** To the process that this event last told of. */
function signal(event: string, name: NodeJS.Signals, source?: number): number | null {
  const pid = log().findLast((line) => line.event === event && line.source === source)?.pid;
  return pid !== undefined && send(pid, name) ? pid : null;
}

/** False for a process that is gone: it is being started again from the fault before. */
function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function log(): Line[] {
  const text = readFileSync(join(store.folder(id), 'log.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function say(line: string): void {
  if (!options.json) console.log(line);
}
