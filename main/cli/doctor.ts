import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { EngineStatus } from '../engine/status.ts';
import { messageOf } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { openToOthers } from '../runs/store/private.ts';
import type { Run } from '../runs/store/run.ts';
import { statusNow } from '../runs/store/store.ts';
import { exitCodes } from './failure.ts';
import { factLines, print } from './format.ts';
import { withStore } from './lab.ts';
import { references } from './references.ts';

/** `doctor`. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('say what this machine can compute with')
    .description(
      'Tries every engine and says which are available, on which device and library, or why not and what to do. ' +
        'Training takes the first available that has passed the conformance suite, unless told otherwise. Each is tried in a ' +
        'process of its own, so that a driver that crashes is a line here. "sluice engine install" gets more of them.',
    )
    .action(async () => {
      const { tryEngines } = await import('../processes/task/try-engines.ts');
      const { statusOf } = await import('../install/status.ts');
      const reports = (await tryEngines()).map(statusOf);
      const width = Math.max(...reports.map(({ name }) => name.length));
      for (const report of reports) {
        const { name, available, proven, detail } = report;
        print(`${name.padEnd(width)} ${words(available, proven)}: ${detail}`);
        for (const line of below(report)) print(`${' '.repeat(width + 1)}${line}`);
      }
      print([
        '',
        ...factLines([
          ['Node', `${process.version}, ${process.platform} ${process.arch}`],
          ['Folder', `${sluiceHome()} (runs, data sets, reports; SLUICE_HOME moves it)`],
          ...unwritable(sluiceHome()),
          ...shared(sluiceHome()),
          ...(await interrupted(sluiceHome())),
        ]),
      ]);
      if (!reports.some(({ available }) => available)) process.exitCode = exitCodes.failed;
    });
}

function words(available: boolean, proven: boolean): string {
  if (!available) return 'not available';
  return proven ? 'available' : 'available, not yet proven by the conformance suite: choose it by name';
}

/** A home of version 0.1 is, and one that several users share. */
function shared(folder: string): [string, string][] {
  const names = openToOthers(folder);
  if (names.length === 0) return [];
  return [
    [
      '',
      `others can read its ${names.join(' and ')}; unless that is meant, "chmod -R go-rwx ${folder}" keeps them out`,
    ],
  ];
}

/** What is installed of an engine, and what to do next. */
function below({ installed, damaged, available, remedy }: EngineStatus): string[] {
  const lines: string[] = [];
  if (damaged !== undefined) lines.push(`What is installed of it is damaged (${damaged}): install it again.`);
  if (installed && !available) {
    const { source, python, tensorflow } = installed;
    const library = tensorflow === null ? '' : ` with TensorFlow ${tensorflow}`;
    lines.push(`It is installed${library}, from ${python ?? source}, since ${installed.installedAt.slice(0, 10)}.`);
  }
  return remedy ? [...lines, remedy] : lines;
}

/** Runs that no process executes any more, and how to go on with them. */
async function interrupted(folder: string): Promise<[string, string][]> {
  if (!existsSync(join(folder, 'sluice.db'))) return [];
  let runs: Run[];
  try {
    runs = await withStore((store) => store.list().filter((run) => statusNow(store, run) === 'interrupted'), 'read');
  } catch (error) {
    return [['Runs', messageOf(error)]];
  }
  if (runs.length === 0) return [];
  const count = runs.length === 1 ? 'one is' : `${runs.length} are`;
  return [
    ['Runs', `${count} interrupted, their process or terminal is gone: sluice resume ${references(runs).join(' ')}`],
  ];
}

/** A folder that is not there yet is made when it is needed. */
function unwritable(folder: string): [string, string][] {
  try {
    if (existsSync(folder)) accessSync(folder, constants.W_OK);
    return [];
  } catch (error) {
    return [['', `cannot be written: nothing can be trained or imported (${messageOf(error)})`]];
  }
}
