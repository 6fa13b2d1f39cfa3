import type { Command } from 'commander';
import { sluiceHome } from '../home.ts';
import type { Taken } from '../runs/import/import.ts';
import type { Store } from '../runs/store/store.ts';
import { withProgress } from './data-progress.ts';
import { exitCodes } from './failure.ts';
import { note, print } from './format.ts';
import { withStore } from './lab.ts';

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
    .argument('<paths...>', 'a zip of "sluice export --format zip", the folder of a run, or the home of another Sluice')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice import run-12.zip\n  sluice import /mnt/colleague/sluice\n  sluice import results.zip && sluice compare latest figure-8',
    )
    .action(async (paths: string[]) => {
      process.exitCode = await withStore((store) => importAll(store, paths));
    });
}

async function importAll(store: Store, paths: readonly string[]): Promise<number> {
  const { importRuns } = await import('../runs/import/import.ts');
  let code = 0;
  for (const path of paths) {
    const taken = await withProgress('Interrupted: what was imported until now stays.', (onProgress) =>
      importRuns(store, path, { home: sluiceHome(), onProgress }),
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
  else if (outcome === 'there')
    print(`${id}: is here already, as ${from} of ${path}.${reason === null ? '' : ` ${reason}`}`);
  else {
    const run = store.get(id);
    print(
      `${id}: ${run.name}, seed ${run.seed}, ${run.status}, with ${store.stepCount(id)} steps; ${from} of ${path}.`,
    );
  }
}
