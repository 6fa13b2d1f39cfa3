import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { diagnoseEngines } from '../../main/engine/engine.ts';
import { median } from './median.ts';

/**
 * Training speed of VGG11 on CIFAR-10 shapes with the module at layer 5, on every engine there is, beside every PyTorch
 * that is found doing the same (torch_vgg11.py): as the authors wrote it, and tuned by hand. All take turns, each in a
 * process of its own, so that what else the machine does meets them alike; a figure is the median of the turns, which are
 * medians over steps. `--json` prints one JSON document and nothing else.
 */
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    steps: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(cpus().length) },
    /** Engines to measure; all there are unless given. */
    engine: { type: 'string', multiple: true },
    /** Pythons that have a torch, beside those on the path. */
    torch: { type: 'string', multiple: true, default: [] },
  },
});

/** Sluice on an engine, or a PyTorch. */
interface Contender {
  readonly name: string;
  readonly isPeer: boolean;
  measure(batch: number, budget: 'full' | 4): Promise<number>;
}

interface Case {
  readonly batch: number;
  readonly budget: 'full' | 4;
  /** Samples a second, by the contender's name. */
  readonly samplesPerSecond: Readonly<Record<string, number>>;
}

const run = promisify(execFile);
const contenders = [...(await engines()), ...(await torches())];
const peers = contenders.filter(({ isPeer }) => isPeer);
if (peers.length === 0) say('No Python with torch was found: no ratios.');

const cases: Case[] = [];
for (const batch of [16, 64]) {
  for (const budget of ['full', 4] as const) {
    const turns = contenders.map((): number[] => []);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [i, contender] of contenders.entries()) turns[i].push(await contender.measure(batch, budget));
    }
    const samplesPerSecond = Object.fromEntries(contenders.map(({ name }, i) => [name, median(turns[i])]));
    cases.push({ batch, budget, samplesPerSecond });
    for (const line of lines(cases.at(-1)!)) say(line);
  }
}
if (options.json) console.log(JSON.stringify({ cases }));

/** Every engine this machine has; `cpu` a second time without its BLAS. */
async function engines(): Promise<Contender[]> {
  const wanted = (name: string): boolean => options.engine?.includes(name) ?? true;
  const available = (await diagnoseEngines()).filter(({ available, name }) => available && wanted(name));
  return available.flatMap(({ name, detail }) => {
    const own = engine(name, name, {});
    const hasBlas = name === 'cpu' && !detail.includes('WebAssembly') && options.engine === undefined;
    return hasBlas ? [own, engine('cpu without BLAS', 'cpu', { SLUICE_BLAS: 'none' })] : [own];
  });
}

function engine(name: string, engineName: string, environment: NodeJS.ProcessEnv): Contender {
  const script = new URL('./training-case.ts', import.meta.url).pathname;
  return {
    name,
    isPeer: false,
    measure: (batch, budget) => {
      const numbers = [batch, budget === 'full' ? 0 : budget, options.threads, options.steps].map(String);
      const env = { ...process.env, ...environment };
      return speedOf(process.execPath, ['--import', 'tsx', script, engineName, ...numbers], env);
    },
  };
}

/** Each torch twice: the authors' network, and what can be done for it by hand. */
async function torches(): Promise<Contender[]> {
  const found = new Map<string, string>();
  for (const python of [...options.torch, 'python3', '/usr/bin/python3']) {
    const version = await run(python, ['-c', 'import torch; print(torch.__version__)']).catch(() => null);
    if (version && !found.has(version.stdout.trim())) found.set(version.stdout.trim(), python);
  }
  const script = new URL('./torch_vgg11.py', import.meta.url).pathname;
  return [...found].flatMap(([version, python]) =>
    [[], ['--tuned']].map((tuning) => ({
      name: `PyTorch ${version}${tuning.length > 0 ? ', tuned' : ''}`,
      isPeer: true,
      measure: (batch: number, budget: 'full' | 4) => {
        const flags = [`--batch=${batch}`, `--steps=${options.steps}`, `--threads=${options.threads}`, ...tuning];
        return speedOf(python, [script, ...flags, ...(budget === 'full' ? [] : [`--budget=${budget}`])], process.env);
      },
    })),
  );
}

async function speedOf(command: string, flags: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { stdout } = await run(command, flags, { env });
  return (JSON.parse(stdout) as { readonly samplesPerSecond: number }).samplesPerSecond;
}

/** A line for each engine, with its ratio to each PyTorch. */
function lines({ batch, budget, samplesPerSecond: speeds }: Case): string[] {
  const figure = (name: string): string => `${name} ${speeds[name].toFixed(1)}`;
  return contenders
    .filter(({ isPeer }) => !isPeer)
    .map(({ name }) => {
      const ratios = peers.map((peer) => `${(speeds[name] / speeds[peer.name]).toFixed(2)}× ${figure(peer.name)}`);
      return [`batch ${batch}, budget ${budget}: ${figure(name)} samples/s`, ...ratios].join('; ');
    });
}

function say(line: string): void {
  if (!options.json) console.log(line);
}
