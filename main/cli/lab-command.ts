import { hostname, userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { sluiceHome } from '../home.ts';
import type { Lab } from '../lab/lab.ts';
import type { ServedLab } from '../lab/web/serve-lab.ts';
import { stopRun } from '../runs/life/lifecycle.ts';
import { port } from './arguments.ts';
import { note, print } from './format.ts';
import { withStore } from './lab.ts';

interface LabOptions {
  readonly host?: string;
  readonly port?: number;
  readonly insecure?: boolean;
  readonly revoke?: boolean;
  readonly open: boolean;
}

/** `lab`. */
export function addLabCommand(program: Command): void {
  program
    .command('lab')
    .summary('open the lab in the browser')
    .description(
      'Serves the lab to a browser on this machine: design experiments, launch, watch and compare runs. Runs are ' +
        'processes of their own and go on when the lab is closed. Where a lab is open already, it is shown.',
    )
    .option('--port <number>', 'port; 0 takes any free one, as does leaving it out when the usual one is taken', port)
    .option('--host <address>', 'where to listen instead of this machine alone; needs --insecure')
    .option('--insecure', 'listen beyond this machine, though nothing is encrypted')
    .option('--revoke', 'shut out all browsers that were let in, then end')
    .option('--no-open', 'only print the address')
    .addHelpText(
      'after',
      `
From another machine, with the port and the link that were printed there:
  ssh -L 4460:127.0.0.1:4460 user@machine`,
    )
    .action(serve);
}

async function serve({ open: wanted, revoke, ...options }: LabOptions): Promise<void> {
  if (revoke) {
    const { shutOutBrowsers } = await import('../lab/web/serve-lab.ts');
    await shutOutBrowsers(sluiceHome());
    print('All browsers are shut out. "sluice lab" lets one in again.');
    return;
  }
  const { claimServing } = await import('../lab/web/claim.ts');
  const serving = await claimServing(sluiceHome());
  if ('link' in serving) {
    print(`The lab is open already: ${serving.link}`);
    await show(serving.link, wanted);
    return;
  }
  try {
    await serveHere(wanted, options);
  } finally {
    serving.claim.release();
  }
}

async function serveHere(wanted: boolean, options: Omit<LabOptions, 'open' | 'revoke'>): Promise<void> {
  const { serveLab } = await import('../lab/web/serve-lab.ts');
  const { openLab } = await import('../lab/lab.ts');
  const lab = openLab();
  process.on('uncaughtExceptionMonitor', (error) => lab.log('the lab crashed', error));
  try {
    const served = await serveLab(lab, options);
    const link = served.link();
    print(`The lab: ${link}`);
    print('The link lets one browser in, once. For another one run "sluice lab" again. Ctrl-C closes the lab.');
    if (!(await show(link, wanted))) print(sshLine(served));
    await closed(lab);
    await served.close();
  } finally {
    await lab.close();
  }
}

/** Opens an address in the browser; false when it was not to be, or there is none. */
async function show(link: string, wanted: boolean): Promise<boolean> {
  if (!wanted || !hasDisplay()) return false;
  const { default: open } = await import('open');
  try {
    const browser = await open(link);
    browser.on('error', () => note('No browser could be opened: open the link yourself.'));
    return true;
  } catch {
    return false;
  }
}

/** Whether a browser could show anything where this runs. */
function hasDisplay({ env, platform } = process): boolean {
  if (env['BROWSER'] === 'none' || env['SSH_CONNECTION']) return false;
  return platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? env['WSL_DISTRO_NAME']);
}

function sshLine({ port }: ServedLab): string {
  return `From another machine: ssh -L ${port}:127.0.0.1:${port} ${userInfo().username}@${hostname()}, then open the link there.`;
}

/** Waits until the lab is to be closed, and settles with the user what becomes of its runs. */
async function closed(lab: Lab): Promise<void> {
  const signal = await nextSignal();
  const active = lab.activeRuns();
  if (active.length === 0) return;
  const are = `${active.length === 1 ? '1 run is' : `${active.length} runs are`} training`;
  if (signal === 'SIGINT' && process.stdin.isTTY && process.stdout.isTTY && (await wantsStop(are))) {
    await withStore((store) => active.forEach((id) => stopRun(store, id)));
    print('They end with a checkpoint after their current step. To go on: sluice lab, or sluice resume.');
  } else {
    print(`${are} and will go on. "sluice list" shows them, "sluice lab" opens the lab again.`);
  }
}

async function wantsStop(are: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`\n${are}. Stop with a checkpoint? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    // Ctrl-C once more.
    return false;
  } finally {
    terminal.close();
  }
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
