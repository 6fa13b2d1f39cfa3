import { Option, type Command } from 'commander';
import { SluiceError } from '../errors.ts';
import { keptEpochs, type KeptEpoch } from '../records/best-epoch.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import type { ReadSet } from '../sets/files.ts';
import { listSets, ownSetFolder, removeSet } from '../sets/home.ts';
import { budgetName } from '../sets/pair.ts';
import { confirm } from './confirm.ts';
import { withProgress } from './data-progress.ts';
import { note, print } from './format.ts';
import { withStore } from './lab.ts';
import { setLines, shownSet } from './models-display.ts';

const setFormats = ['zip', 'folder', 'onnx'] as const;
type SetFormat = (typeof setFormats)[number];

const nameHelp = 'a name of "sluice models list", or the path of a folder';

/** `models list`, `show`, `add`, `export`, `import` and `remove`. */
export function addModelsCommands(program: Command): void {
  const models = program
    .command('models')
    .summary('keep trained pairs as model sets: make, show, pack, bring in')
    .description(
      'Keeps the pairs that a run trained as a model set, to be served and used: for each budget both halves without the ' +
        'maps that are never sent, with accuracy, bytes, work and memory, and the SHA-256 of every file.',
    );

  models.command('list').summary('list the model sets').description('List the model sets that are here.').action(list);

  models
    .command('show')
    .summary('show a set: accuracy, bytes, work and memory by budget')
    .description(
      'Shows what each pair of a set achieves and costs, once all its files were compared with their SHA-256.',
    )
    .argument('<set>', nameHelp)
    .action(show);

  models
    .command('add')
    .summary('make a set of the pairs of a run')
    .description(
      'Makes a set of what the finished phases of a run left: with prune and scratch a pair for each budget, else the one ' +
        'that the training ended with. Of several for one budget it takes the most accurate.',
    )
    .argument('<run>', 'its number, id, "latest", or what was launched')
    .option('--name <name>', 'what to call the set (default: as the run)')
    .addOption(
      new Option(
        '--epoch <which>',
        'each pair as its phase ended, or at its best (runs with validation or stop keep both)',
      )
        .choices(keptEpochs)
        .default('last'),
    )
    .action((reference: string, options: AddOptions) =>
      withStore(async (store) => add(store, reference, options), 'read'),
    );

  models
    .command('export')
    .summary('pack a set into a zip, copy it to a folder, or write it as ONNX')
    .description(
      'Packs a set, with the same bytes, into one file that "sluice models import" reads, or copies it into a folder; or ' +
        'writes both halves of every pair as ONNX, which other runtimes read.',
    )
    .argument('<set>', nameHelp)
    .addOption(new Option('-f, --format <format>', 'what to write').choices(setFormats).default('zip'))
    .option('-o, --output <path>', 'file or folder to write (default: the name of the set)')
    .option('--normalised', 'ONNX: the client half takes images that are normalised already, not bytes')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice models export photos -o photos.zip\n  sluice models export photos --format onnx',
    )
    .action(exportSet);

  models
    .command('import')
    .summary('bring in a set that was exported')
    .description('Brings in a set from a zip or a folder, once all its files were compared with their SHA-256.')
    .argument('<path>', 'zip or folder that "sluice models export" has written')
    .option('--name <name>', 'what to call it here (default: as where it was made)')
    .action(importSet);

  models
    .command('remove')
    .summary('delete a set')
    .description('Deletes a set from this home. The run it is from and what was exported stay.')
    .argument('<set>', 'a name of "sluice models list"')
    .option('-y, --yes', 'do not ask')
    .action(remove);
}

interface NameOption {
  readonly name?: string;
}

interface AddOptions extends NameOption {
  readonly epoch: KeptEpoch;
}

async function list(): Promise<void> {
  const entries = await listSets();
  if (entries.length === 0) {
    print('There are no model sets yet. "sluice models add <run>" makes one of a trained run.');
    return;
  }
  print(setLines(entries));
  for (const entry of entries) if (entry.status !== 'ready') note(entry.problem);
}

async function show(reference: string): Promise<void> {
  print(shownSet(await opened(reference)));
}

/** Only a terminal is told how far it is: what is printed elsewhere may be read by a program. */
async function opened(reference: string): Promise<ReadSet> {
  const { openSet } = await import('../sets/open.ts');
  if (!process.stdout.isTTY) return openSet(reference);
  return withProgress('Interrupted.', (onProgress) => openSet(reference, onProgress));
}

async function add(store: Store, reference: string, { name, epoch }: AddOptions): Promise<void> {
  const runs = selectRuns(store, [reference]);
  if (runs.length !== 1) {
    const ids = runs.map(({ id }) => id).join(', ');
    throw new SluiceError(
      'bad-usage',
      `A set is made of one run, and "${reference}" is ${runs.length}: name one of ${ids}.`,
    );
  }
  const { addSet } = await import('../sets/of-run.ts');
  const { set, notes } = await withProgress('Interrupted: no set was made.', (onProgress) =>
    addSet(store, runs[0], { name, epoch, onProgress }),
  );
  for (const text of notes) note(text);
  printMade(set);
}

interface ExportOptions {
  readonly format: SetFormat;
  readonly output?: string;
  readonly normalised?: boolean;
}

async function exportSet(reference: string, { format, output, normalised = false }: ExportOptions): Promise<void> {
  if (normalised && format !== 'onnx') {
    throw new SluiceError('bad-usage', '--normalised is about ONNX: leave it out, or add --format onnx.');
  }
  const { openSet } = await import('../sets/open.ts');
  const written = await withProgress('Interrupted: nothing was exported.', async (onProgress) => {
    const set = await openSet(reference, onProgress);
    const target = output ?? { zip: `${set.name}.zip`, folder: set.name, onnx: `${set.name}-onnx` }[format];
    if (format === 'onnx') {
      const { exportOnnx } = await import('../exports/onnx/set.ts');
      await exportOnnx(set, target, { normalised, onProgress });
    } else {
      const { exportFolder, exportZip } = await import('../sets/export.ts');
      await (format === 'zip' ? exportZip : exportFolder)(set, target, onProgress);
    }
    return target;
  });
  note(`Wrote ${written}`);
}

async function importSet(path: string, { name }: NameOption): Promise<void> {
  const sets = await import('../sets/import.ts');
  const set = await withProgress('Interrupted: nothing was imported.', (onProgress) =>
    sets.importSet(path, { name, onProgress }),
  );
  printMade(set);
}

function printMade({ name, manifest, folder }: ReadSet): void {
  const budgets = manifest.pairs.map(({ budget }) => budgetName(budget)).join(', ');
  print(
    `${name}: ${manifest.pairs.length === 1 ? 'a pair' : `${manifest.pairs.length} pairs`} (${budgets}) in ${folder}`,
  );
}

async function remove(name: string, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  const folder = ownSetFolder(name);
  if (!yes && !(await confirm(`Delete the model set in ${folder}?`))) return;
  await removeSet(name);
  print(`Removed ${name}.`);
}
