import { basename } from 'node:path';
import type { Command } from 'commander';
import { adoptRun, findOrphan, orphans, type Orphan } from '../runs/life/adopt.ts';
import type { Store } from '../runs/store/store.ts';
import { SluiceError } from '../errors.ts';
import { reportFailure } from './failure.ts';
import { formatDate, listLines, print } from './format.ts';
import { withStore } from './lab.ts';

/** `adopt`. */
export function addAdoptCommand(program: Command): void {
  program
    .command('adopt')
    .summary('get runs back from their folders')
    .description(
      'Puts runs back into the database whose folders are there and whose rows are not, as after a lost database: ' +
        'settings, records, weights and where they stand. Without arguments it shows which there are.',
    )
    .argument('[folders...]', 'their numbers, names or paths')
    .option('--all', 'all that there are')
    .action(async (folders: string[], { all = false }: { all?: boolean }) => {
      if (all && folders.length > 0) throw new SluiceError('bad-usage', 'Name the folders to adopt, or give --all.');
      process.exitCode = await withStore((store) => adopt(store, folders, all));
    });
}

async function adopt(store: Store, references: readonly string[], all: boolean): Promise<number> {
  const found = orphans(store);
  if (references.length === 0 && !all) {
    show(found);
    return 0;
  }
  const chosen = all ? found : references.map((reference) => findOrphan(found, reference));
  let code = 0;
  for (const orphan of chosen) {
    try {
      const { id, status } = await adoptRun(store, orphan);
      print(`${id}: ${status}, with ${store.stepCount(id)} steps.`);
    } catch (error) {
      code = reportFailure(error);
    }
  }
  if (chosen.length === 0) print('No folder is without its run.');
  return code;
}

function show(found: readonly Orphan[]): void {
  if (found.length === 0) {
    print('No folder is without its run.');
    return;
  }
  const rows = found.map(({ folder, file, reason }) => [
    basename(folder),
    file?.name ?? '–',
    file ? String(file.seed) : '–',
    file ? formatDate(new Date(file.createdAt)) : '–',
    reason ?? '',
  ]);
  print([...listLines(['folder', 'run', 'seed', 'created', ''], rows), '', 'To get them back: sluice adopt --all']);
}
