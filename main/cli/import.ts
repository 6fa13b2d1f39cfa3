import type { Command } from 'commander';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { foreignColumns, isForeignColumn, type ForeignColumn } from '../runs/import/event-records.ts';
import type { EventOptions } from '../runs/import/event-runs.ts';
import type { Taken } from '../runs/import/import.ts';
import type { Store } from '../runs/store/store.ts';
import { collect } from './arguments.ts';
import { withProgress } from './data-progress.ts';
import { exitCodes } from './failure.ts';
import { note, print } from './format.ts';
import { withStore } from './lab.ts';
import { loadByName } from './launch.ts';

/** `import`. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .summary('bring runs in that were trained elsewhere')
    .description(
      'Brings in the runs of a zip, a folder or another home, each under a number of its own, once all their files were ' +
        'compared with their sums. Runs that are here already are left out. They can be compared, reported and exported ' +
        'like those trained here, and gone on with where their checkpoint came along.',
    )
    .argument(
      '<paths...>',
      'a zip of "sluice export --format zip", the folder of a run, the home of another Sluice, or event files of TensorBoard',
    )
    .option('--settings <preset|file.json>', 'event files of another program: the settings that come nearest')
    .option('--tag <column=tag>', `event files of another program: the tag that is ${list(foreignColumns)}`, collect)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice import run-12.zip\n  sluice import /mnt/colleague/sluice\n  sluice import logs/baseline --settings figure-8 --tag testAccuracy=Accuracy/val',
    )
    .action(async (paths: string[], options: ImportFlags) => {
      process.exitCode = await withStore((store) => importAll(store, paths, eventOptions(options)));
    });
}

interface ImportFlags {
  readonly settings?: string;
  readonly tag?: readonly string[];
}

function eventOptions({ settings, tag = [] }: ImportFlags): EventOptions {
  const named = tag.map((text): [ForeignColumn, string] => {
    const [, column = '', name = ''] = /^(\w+)=(.+)$/.exec(text) ?? [];
    if (isForeignColumn(column)) return [column, name];
    throw new SluiceError(
      'bad-usage',
      `--tag ${text} names no column: give one of ${list(foreignColumns)}, "=" and a tag.`,
    );
  });
  return { tags: new Map(named), ...(settings !== undefined && { settings: onlyExperiment(settings) }) };
}

function onlyExperiment(source: string): Experiment {
  const { experiments } = loadByName(source, {});
  if (experiments.length === 1) return experiments[0];
  const message = `${source} has ${experiments.length} experiments. Write the one that comes nearest into a file of its own.`;
  throw new SluiceError('bad-usage', message);
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

async function importAll(store: Store, paths: readonly string[], options: EventOptions): Promise<number> {
  const { importRuns } = await import('../runs/import/import.ts');
  let code = 0;
  for (const path of paths) {
    const taken = await withProgress('Interrupted: what was imported until now stays.', (onProgress) =>
      importRuns(store, path, { ...options, home: sluiceHome(), onProgress }),
    );
    for (const each of taken) {
      if (each.outcome === 'refused') code = exitCodes.failed;
      tell(store, each, path);
    }
  }
  return code;
}

function tell(store: Store, { from, id, outcome, reason }: Taken, path: string): void {
  if (id === null) note(`${from} was not imported: ${reason}`);
  else if (outcome === 'there') print(`${id}: is here already, as ${from} of ${path}.`);
  else {
    const run = store.get(id);
    const much = `with ${store.epochs(id).length} epochs and ${store.stepCount(id)} steps`;
    print(`${id}: ${run.name}, seed ${run.seed}, ${run.status}, ${much}; ${from} of ${path}.`);
  }
  if (id !== null && reason !== null) note(`${id}: ${reason}`);
}
