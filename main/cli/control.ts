import type { Command } from 'commander';
import { activeStatuses, isActive } from '../api/runs.ts';
import { SluiceError } from '../errors.ts';
import { continueRun, pauseRun, stopRun } from '../runs/life/lifecycle.ts';
import type { Run } from '../runs/store/run.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { confirm } from './confirm.ts';
import { print } from './format.ts';
import { withStore } from './lab.ts';

interface ControlCommand {
  readonly name: 'stop' | 'pause' | 'continue';
  readonly summary: string;
  readonly ask: (store: Store, reference: string) => Run;
  readonly done: string;
  /** The same of one that has not begun. */
  readonly waiting?: string;
}

const runsHelp = 'numbers, ids, ranges such as 3..5, or what was launched';

const controlCommands: readonly ControlCommand[] = [
  {
    name: 'stop',
    summary: 'end runs after a last checkpoint',
    ask: stopRun,
    done: 'stops after its current step',
  },
  {
    name: 'pause',
    summary: 'let runs wait',
    ask: pauseRun,
    done: 'pauses after its current step',
    waiting: 'does not begin before it is continued',
  },
  {
    name: 'continue',
    summary: 'let paused runs go on',
    ask: continueRun,
    done: 'goes on',
    waiting: 'begins when its turn comes',
  },
];

/** `stop`, `pause` and `continue`, for runs that other terminals or the lab execute, and `delete`. */
export function addControlCommands(program: Command): void {
  for (const command of controlCommands) {
    const { name, summary } = command;
    program
      .command(name)
      .summary(summary)
      .description(`${summary[0].toUpperCase()}${summary.slice(1)}; another terminal may be executing them.`)
      .argument('[runs...]', `${runsHelp}; the run under way unless given`)
      .action((references: string[]) => withStore((store) => control(store, command, references)));
  }

  program
    .command('delete')
    .summary('delete runs with their records and weights')
    .description('Deletes runs with their records, checkpoints and trained weights. Exported files stay.')
    .argument('<runs...>', runsHelp)
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

function control(
  store: Store,
  { name, ask, done, waiting = done }: ControlCommand,
  references: readonly string[],
): void {
  const chosen = references.length > 0 ? selectRuns(store, references) : [store.get(runUnderWay(store))];
  // Of several runs it is for those that are active; one that is named has to be such.
  const fit = chosen.filter((run) => chosen.length === 1 || isActive(run));
  if (fit.length === 0) print(`None of these runs is ${activeStatuses.join(' or ')}: there is nothing to ${name}.`);
  for (const { id } of fit) {
    const { status } = ask(store, id);
    print(status === 'stopped' ? `Run ${id} is stopped.` : `Run ${id} ${status === 'queued' ? waiting : done}.`);
  }
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
