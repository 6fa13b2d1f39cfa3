import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { diagnoseEngines } from '../../main/engine/engine.ts';

/**
 * Training speed of VGG11 on CIFAR-10 shapes with the module at layer 5, on every engine there is, beside PyTorch
 * doing the same (torch_vgg11.py) where a Python with torch is found. Every figure is a median over the steps of a
 * process of its own. `--json` prints one JSON document and nothing else.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    steps: { type: 'string', default: '24' },
    threads: { type: 'string', default: String(cpus().length) },
  },
});

interface Measured {
  readonly samplesPerSecond: number;
  readonly seconds?: { readonly client: number; readonly wire: number; readonly server: number };
}

interface Case {
  readonly engine: string;
  readonly batch: number;
  readonly budget: 'full' | 4;
  readonly samplesPerSecond: number;
  readonly peerSamplesPerSecond: number | null;
  /** Ours to PyTorch's. */
  readonly ratio: number | null;
  readonly secondsPerStep: Measured['seconds'];
}

const run = promisify(execFile);
const batches = [16, 64] as const;
const budgets = ['full', 4] as const;

const peer = await findTorch();
say(peer ? `PyTorch: ${peer}` : 'No Python with torch was found: no ratios.');
const there = await engines();
const cases: Case[] = [];
for (const batch of batches) {
  for (const budget of budgets) {
    const theirs = peer ? await measurePeer(peer, batch, budget) : null;
    for (const { name, environment } of there) {
      const ours = await measure(environment, name.split(' ')[0], batch, budget);
      cases.push({
        engine: name,
        batch,
        budget,
        samplesPerSecond: ours.samplesPerSecond,
        peerSamplesPerSecond: theirs,
        ratio: theirs && ours.samplesPerSecond / theirs,
        secondsPerStep: ours.seconds,
      });
      say(row(cases.at(-1)!));
    }
  }
}
if (options.json) console.log(JSON.stringify({ cases }));

/** Every engine this machine has; `cpu` a second time without its BLAS. */
async function engines(): Promise<{ name: string; environment: NodeJS.ProcessEnv }[]> {
  const available = (await diagnoseEngines()).filter((report) => report.available);
  return available.flatMap(({ name, detail }) => {
    const own = { name, environment: {} };
    const bare = { name: 'cpu without BLAS', environment: { SLUICE_BLAS: 'none' } };
    return name === 'cpu' && !detail.includes('WebAssembly') ? [own, bare] : [own];
  });
}

async function measure(
  environment: NodeJS.ProcessEnv,
  engine: string,
  batch: number,
  budget: 'full' | 4,
): Promise<Measured> {
  const script = new URL('./training-case.ts', import.meta.url).pathname;
  const numbers = [batch, budget === 'full' ? 0 : budget, options.threads, options.steps].map(String);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script, engine, ...numbers], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout) as Measured;
}

async function measurePeer(python: string, batch: number, budget: 'full' | 4): Promise<number> {
  const script = new URL('./torch_vgg11.py', import.meta.url).pathname;
  const flags = [`--batch=${batch}`, `--steps=${options.steps}`, `--threads=${options.threads}`];
  const { stdout } = await run(python, [script, ...flags, ...(budget === 'full' ? [] : [`--budget=${budget}`])]);
  return (JSON.parse(stdout) as Measured).samplesPerSecond;
}

/** The first Python that can import torch: the one on the path, or the system's. */
async function findTorch(): Promise<string | null> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const found = await run(python, ['-c', 'import torch']).catch(() => null);
    if (found) return python;
  }
  return null;
}

function row({ engine, batch, budget, samplesPerSecond, peerSamplesPerSecond, ratio }: Case): string {
  const against =
    peerSamplesPerSecond && ratio ? `, PyTorch ${peerSamplesPerSecond.toFixed(1)}, ${ratio.toFixed(1)}×` : '';
  return `${engine.padEnd(18)} batch ${batch}, budget ${budget}: ${samplesPerSecond.toFixed(1)} samples/s${against}`;
}

function say(line: string): void {
  if (!options.json) console.log(line);
}
