import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../dist/main/cli.js', import.meta.url));
/** What takes longer hangs. A machine that has other work needs more. */
let limit = 120_000;

export function setLimit(seconds: number): void {
  limit = seconds * 1000;
}

export function limitMs(): number {
  return limit;
}

/** What a command of the terminal came to. */
export interface Came {
  /** `null` when it hung and was killed. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function environment(home: string): NodeJS.ProcessEnv {
  return { ...process.env, SLUICE_HOME: home, SLUICE_DEBUG: '', NO_COLOR: '1' };
}

/** Runs a command of the terminal in a home to its end. */
export function sluice(home: string, args: readonly string[], { cwd }: { cwd?: string } = {}): Promise<Came> {
  return new Promise((resolve) => {
    const options = {
      env: environment(home),
      cwd,
      timeout: limit,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 28,
    } as const;
    execFile(process.execPath, [cli, ...args], options, (error, output, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, output, errors });
    });
  });
}

/** Starts one that is about to be killed. */
export function startSluice(home: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args], { env: environment(home), stdio: 'ignore' });
}

/** What a user should never be shown: the place in the code, or that it is not their fault. */
export function isTrace({ output, errors }: Came): boolean {
  return /^\s+at .+[:(]\S+:\d+|should not happen/m.test(`${output}\n${errors}`);
}
