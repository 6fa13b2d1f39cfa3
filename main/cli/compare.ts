import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Run } from '../runs/store/run.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { readSettings } from '../lab/settings/settings.ts';
import { share } from './arguments.ts';
import { print } from './format.ts';
import { withStore } from './lab.ts';
import { printComparison, printImportance } from './launch.ts';
import { summariesOf, whereFits } from './list-runs.ts';

const runsArgument = 'numbers, ids, ranges such as 3..5, or what was launched, such as figure-8';
const whereHelp = 'only runs that fit, of the current project unless it names others (sluice list --help)';

interface CompareOptions {
  readonly where?: string;
  readonly reach?: number;
  readonly importance?: boolean;
}

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
    .argument('[runs...]', runsArgument)
    .option('--where <filter>', whereHelp)
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
    .action((references: string[], { where, reach, importance = false }: CompareOptions) =>
      withStore((store) => {
        const runs = chosenRuns(store, references, where);
        printComparison(store, runs, reach);
        if (importance) printImportance(store, runs, { asked: true });
      }, 'read'),
    );

  program
    .command('report')
    .summary('write a comparison as an HTML page with charts')
    .description(
      'Writes one HTML file with the charts (accuracy by epoch, accuracy by bytes, bytes by time), the tables of ' +
        '"compare" and the settings. It needs no network and runs no script.',
    )
    .argument('[runs...]', runsArgument)
    .option('--where <filter>', whereHelp)
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
    .action((references: string[], options: { output: string; where?: string; title?: string; reach?: number }) =>
      withStore(async (store) => {
        const { output, where, title = `Sluice: ${[...references, where ?? []].flat().join(', ')}`, reach } = options;
        const runs = chosenRuns(store, references, where);
        print(`Wrote ${await writeReport(store, runs, output, { title, reach })}`);
      }, 'read'),
    );
}

/** The runs that references name, a filter lets pass, or both. Throws `bad-usage` where neither is given, or none is left. */
function chosenRuns(store: Store, references: readonly string[], where: string | undefined): Run[] {
  if (where === undefined && references.length > 0) return selectRuns(store, references);
  if (where === undefined) throw new SluiceError('bad-usage', 'Say which runs: by number or launch, or with --where.');
  const project = references.length > 0 ? null : readSettings(sluiceHome()).project;
  const fit = new Set(whereFits(summariesOf(store), where, project).runs.map(({ id }) => id));
  const runs = (references.length > 0 ? selectRuns(store, references) : store.list()).filter(({ id }) => fit.has(id));
  if (runs.length === 0) throw new SluiceError('run-unknown', `No run fits ${where}`, { path: 'where' });
  return runs;
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
