import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { SavedReport } from '../api.ts';
import { reportSections } from '../charts/prose.ts';
import type { Run } from '../runs/store/run.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { readSettings } from '../lab/settings/settings.ts';
import { share } from './arguments.ts';
import { note, print } from './format.ts';
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
    .option('--prose <file>', 'Markdown to stand before, between and after its sections')
    .option('--saved <name>', 'a report that was written in the lab, with its runs unless others are named')
    .option(
      '--reach <accuracy>',
      'what bytes and epochs are told to, such as 0.7 or 70%: 95 % of the end of the costliest unless given',
      share,
    )
    .addHelpText(
      'after',
      `\n${proseHelp}\n\nExamples:\n  sluice report figure-8 -o figure-8.html\n  sluice report 4 7 --title "Wider nets" --prose findings.md`,
    )
    .action((references: string[], options: ReportOptions) =>
      withStore(async (store) => {
        const { output, where, prose, saved } = options;
        if (prose !== undefined && saved !== undefined) {
          throw new SluiceError('bad-usage', 'Give --prose or --saved: both are what the report says.');
        }
        const kept = saved === undefined ? null : store.report(saved);
        const isNamed = references.length > 0 || where !== undefined;
        const runs = kept && !isNamed ? runsThere(store, kept) : chosenRuns(store, references, where);
        const text = {
          title: options.title ?? kept?.name ?? `Sluice: ${[...references, where ?? []].flat().join(', ')}`,
          reach: options.reach ?? kept?.reach ?? undefined,
          prose: kept?.prose ?? (prose === undefined ? undefined : await readFile(prose, 'utf8')),
        };
        print(`Wrote ${await writeReport(store, runs, output, text)}`);
      }, 'read'),
    );
}

const proseHelp = `A line of the Markdown such as {{accuracy-bytes}} stands for a section, and those that are named alone are shown; a
text that names none is followed by all: ${reportSections.map(({ name }) => name).join(', ')}.`;

interface ReportOptions {
  readonly output: string;
  readonly where?: string;
  readonly title?: string;
  readonly reach?: number;
  readonly prose?: string;
  readonly saved?: string;
}

/** Those runs of a report that are still there. */
function runsThere(store: Store, { name, runs }: SavedReport): Run[] {
  const wanted = new Set(runs);
  const there = store.list().filter(({ id }) => wanted.has(id));
  if (there.length === 0)
    throw new SluiceError('run-unknown', `None of the runs of "${name}" is in this lab. Name others.`);
  if (there.length < wanted.size) {
    note(
      `${wanted.size - there.length} of the ${wanted.size} runs of "${name}" are not in this lab: it is of the others.`,
    );
  }
  return there;
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
  readonly reach?: number | undefined;
  readonly prose?: string | undefined;
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
