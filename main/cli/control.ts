import { createInterface } from 'node:readline/promises';
import { visible } from '../visible.ts';
import type { Command } from 'commander';
import { SluiceError } from '../errors.ts';
import { continueRun, pauseRun, stopRun } from '../runs/life/lifecycle.ts';
import type { Run } from '../runs/store/run.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { print } from './format.ts';
import { withStore } from './lab.ts';

interface ControlCommand {
  readonly name: 'stop' | 'pause' | 'continue';
  readonly summary: string;
  readonly ask: (store: Store, reference: string) => Run;
  readonly done: string;
}

const controlCommands: readonly ControlCommand[] = [
  { name: 'stop', summary: 'end a run after a last checkpoint', ask: stopRun, done: 'stops after its current step' },
  { name: 'pause', summary: 'let a run wait', ask: pauseRun, done: 'pauses after its current step' },
  { name: 'continue', summary: 'let a paused run go on', ask: continueRun, done: 'goes on' },
];

/** `stop`, `pause` and `continue`, for a run that another terminal executes, and `delete`. */
export function addControlCommands(program: Command): void {
  for (const { name, summary, ask, done } of controlCommands) {
    program
      .command(name)
      .summary(summary)
      .description(`${summary[0].toUpperCase()}${summary.slice(1)}; another terminal may be executing it.`)
      .argument('[run]', 'its number, id or "latest"; the run under way unless given')
      .action((reference: string | undefined) =>
        withStore((store) => {
          const run = ask(store, reference ?? runUnderWay(store));
          print(run.status === 'stopped' ? `Run ${run.id} is stopped.` : `Run ${run.id} ${done}.`);
        }),
      );
  }

  program
    .command('delete')
    .summary('delete runs with their records and weights')
    .description('Deletes runs with their records, checkpoints and trained weights. Exported files stay.')
    .argument('<runs...>', 'numbers, ids, ranges such as 3..5, or what was launched')
    .option('-y, --yes', 'do not ask')
    .action((references: string[], { yes = false }: { yes?: boolean }) =>
      withStore(async (store) => {
        const runs = selectRuns(store, references);
        if (!yes && !(await confirm(`Delete ${runs.map(({ id }) => id).join(', ')}?`))) return;
        for (const { id } of runs) {
          store.delete(id);
          print(`Deleted ${id}.`);
        }
      }),
    );
}

function runUnderWay(store: Store): string {
  const running = store.list().filter(({ status }) => status === 'running' || status === 'paused');
  if (running.length === 1) return running[0].id;
  const message =
    running.length === 0
      ? 'No run is under way.'
      : `Several runs are under way: name one of ${running.map(({ id }) => id).join(', ')}.`;
  throw new SluiceError('bad-usage', message, { path: 'run' });
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SluiceError('bad-usage', 'Nobody is there to be asked. Add --yes to delete without a question.');
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question(visible(`${question} [y/N] `))).trim());
  } finally {
    dialogue.close();
  }
}
