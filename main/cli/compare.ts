import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Run } from '../runs/store/run.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { share } from './arguments.ts';
import { print } from './format.ts';
import { withStore } from './lab.ts';
import { printComparison, printImportance } from './launch.ts';

const runsArgument = 'numbers, ids, ranges such as 3..5, or what was launched, such as figure-8';

/** `compare` and `report`. */
export function addCompareCommands(program: Command): void {
  program
    .command('compare')
    .summary('compare runs: accuracy, bytes, speed')
    .description(
      'Compares runs, and says first what it comes to: best and last test accuracy, epochs to the best, bytes in ' +
        'all and to an accuracy, how many times fewer than the costliest, training speed. Seeds of an experiment are ' +
        'one row; each pair of a run, as prune and scratch make one for every budget, is a row of its own.',
    )
    .argument('<runs...>', runsArgument)
    .option(
      '--reach <accuracy>',
      'what bytes and epochs are told to, such as 0.7 or 70%: 95 % of the end of the costliest unless given',
      share,
    )
    .option('--importance', 'also how much of the difference each setting explains, as after a sweep')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice compare quickstart\n  sluice compare 4 7 9..11 --reach 70%\n  sluice compare my-sweep --importance',
    )
    .action((references: string[], { reach, importance = false }: { reach?: number; importance?: boolean }) =>
      withStore((store) => {
        const runs = selectRuns(store, references);
        printComparison(store, runs, reach);
        if (importance) printImportance(store, runs);
      }, 'read'),
    );

  program
    .command('report')
    .summary('write a comparison as an HTML page with charts')
    .description(
      'Writes one HTML file with the charts (accuracy by epoch, accuracy by bytes, bytes by time), the tables of ' +
        '"compare" and the settings. It needs no network and runs no script.',
    )
    .argument('<runs...>', runsArgument)
    .option('-o, --output <file>', 'where to write it', 'report.html')
    .option('--title <title>', 'its heading')
    .option(
      '--reach <accuracy>',
      'what bytes and epochs are told to, such as 0.7 or 70%: 95 % of the end of the costliest unless given',
      share,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice report figure-8 -o figure-8.html\n  sluice report 4 7 --title "Wider nets"',
    )
    .action((references: string[], options: { output: string; title?: string; reach?: number }) =>
      withStore(async (store) => {
        const { output, title = `Sluice: ${references.join(', ')}`, reach } = options;
        print(`Wrote ${await writeReport(store, selectRuns(store, references), output, { title, reach })}`);
      }, 'read'),
    );
}

interface ReportText {
  readonly title: string;
  readonly description?: string;
  readonly reach?: number;
}

/** Writes the report of runs as they are now, making its folder where needed; returns its full path. */
export async function writeReport(store: Store, runs: readonly Run[], file: string, text: ReportText): Promise<string> {
  const { renderReport } = await import('../exports/report/report.ts');
  const path = resolve(file);
  const current = runs.map(({ id }) => store.find(id));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, renderReport(store, current, { ...text, madeAt: new Date() }));
  return path;
}
