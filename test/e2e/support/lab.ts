import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Run } from '../../../main/runs/store/run.ts';
import { isUnderWay, openStore } from '../../../main/runs/store/store.ts';

const built = fileURLToPath(new URL('../../../dist', import.meta.url));
const cli = join(built, 'main', 'cli.js');

/** A built `sluice lab` of its own, serving on a free port. */
export interface ServedLab {
  readonly home: string;
  /** With the token that lets the first window in. */
  readonly url: string;
  readonly process: ChildProcess;
  /** What it printed so far. */
  output(): string;
  /** Starts it again on the same home and port after it was killed. */
  restart(): Promise<void>;
  /** Ends it, and removes its home if it was made for it. */
  stop(): Promise<void>;
}

/** Puts into a home what is to be there when its lab starts. */
export type Prepare = (home: string) => unknown;

interface LabOptions {
  /** A new one unless given. */
  readonly home?: string;
  readonly prepare?: Prepare;
  readonly args?: readonly string[];
  /** What was built, that of this folder unless given. */
  readonly dist?: string;
}

/** Starts `sluice lab` on a home and waits until it serves. */
export async function startLab(options: LabOptions = {}): Promise<ServedLab> {
  const dist = options.dist ?? built;
  if (!['main/cli.js', 'renderer/index.html'].every((file) => existsSync(join(dist, file))))
    throw new Error('Nothing is built. Run "npm run build" first.');
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
  await options.prepare?.(home);
  const args = [join(dist, 'main', 'cli.js'), 'lab', '--no-open', ...(options.args ?? [])];
  let served = await serve(home, [...args, '--port', '0']);
  const { url } = served;
  return {
    home,
    url,
    get process() {
      return served.process;
    },
    output: () => served.output(),
    restart: async () => {
      served = await serve(home, [...args, '--port', new URL(url).port]);
    },
    stop: async () => {
      await end(served.process);
      if (options.home) return;
      await endRuns(home);
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Runs a command of the built terminal lab to its end. */
export async function sluice(home: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, SLUICE_HOME: home },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`"sluice ${args.join(' ')}" ended with ${String(code)}.`);
}

async function serve(home: string, args: string[]): Promise<{ url: string; process: ChildProcess; output(): string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, SLUICE_HOME: home, BROWSER: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        printed += `${line}\n`;
        const found = /https?:\/\/127\.0\.0\.1:\d+\/\S*token=\S+/.exec(line);
        if (found) resolve(found[0]);
      });
    }
    child.once('exit', (code) => reject(new Error(`"sluice lab" ended with ${String(code)}:\n${printed}`)));
    child.once('error', reject);
  });
  return { url, process: child, output: () => printed };
}

/** Runs go on without their lab, so they are told to stop. */
async function endRuns(home: string): Promise<void> {
  const store = openStore(home);
  const active = (): Run[] => store.list().filter(({ status }) => isUnderWay(status));
  for (const { id } of active()) store.want(id, 'stop');
  for (let waits = 0; waits < 100 && active().length > 0; waits++) await sleep(200);
  store.close();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(kill);
}
