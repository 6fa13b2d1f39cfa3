import type { Command } from 'commander';
import { SluiceError } from '../errors.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { collect, name } from './arguments.ts';
import { print } from './format.ts';
import { withStore } from './lab.ts';

interface Changes {
  readonly name?: string;
  readonly project?: string;
  readonly archive?: true;
  readonly restore?: true;
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
}

/** `edit`. */
export function addEditCommand(program: Command): void {
  program
    .command('edit')
    .summary('rename runs, move them to a project, archive them, tag them')
    .description('Changes how runs are called and where they are listed. What they trained stays as it is.')
    .argument('<runs...>', 'numbers, ids, ranges such as 3..5, or what was launched, such as figure-8')
    .option('--name <name>', 'what to call them', name)
    .option('--project <name>', 'the project they belong to; a new one is made by its name', name)
    .option('--archive', 'leave them out of lists that do not ask for archived ones')
    .option('--restore', 'list them again')
    .option('--tag <tag>', 'put a tag on them; may be given several times', collect)
    .option('--untag <tag>', 'take a tag off them; may be given several times', collect)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice edit 3..5 --project ablations --tag lr\n  sluice edit figure-8 --archive',
    )
    .action((references: string[], changes: Changes) => withStore((store) => edit(store, references, changes)));
}

function edit(store: Store, references: readonly string[], changes: Changes): void {
  const { name, project, archive, restore, tag = [], untag = [] } = changes;
  if (archive && restore) throw new SluiceError('bad-usage', 'Give --archive or --restore, not both.');
  if (Object.keys(changes).length === 0) {
    throw new SluiceError(
      'bad-usage',
      'Say what to change: --name, --project, --archive, --restore, --tag or --untag.',
    );
  }
  const archived = archive ?? (restore ? false : undefined);
  const runs = selectRuns(store, references);
  for (const { id } of runs) {
    const before = store.annotations(id).tags;
    const tags = [...before, ...tag].filter((each) => !untag.includes(each));
    store.annotate(id, { name, project, archived, tags });
  }
  print(runs.length === 1 ? `Changed ${runs[0].id}.` : `Changed ${runs.length} runs.`);
}
