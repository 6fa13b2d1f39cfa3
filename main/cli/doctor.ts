import { accessSync, constants, existsSync } from 'node:fs';
import type { Command } from 'commander';
import { messageOf } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { openToOthers } from '../runs/store/private.ts';
import { exitCodes } from './failure.ts';
import { factLines, print } from './format.ts';

/** `doctor`. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('say what this machine can compute with')
    .description(
      'Tries every engine and says which are available, on which device and library, or why not and what to do. ' +
        'Training takes the first available that has passed the conformance suite, unless told otherwise.',
    )
    .action(async () => {
      const { diagnoseEngines } = await import('../engine/engine.ts');
      const reports = await diagnoseEngines();
      for (const { name, available, proven, detail, remedy } of reports) {
        print(`${name.padEnd(7)} ${standing(available, proven)}: ${detail}`);
        if (remedy) print(`        ${remedy}`);
      }
      print([
        '',
        ...factLines([
          ['Node', `${process.version}, ${process.platform} ${process.arch}`],
          ['Folder', `${sluiceHome()} (runs, data sets, reports; SLUICE_HOME moves it)`],
          ...unwritable(sluiceHome()),
          ...shared(sluiceHome()),
        ]),
      ]);
      if (!reports.some(({ available }) => available)) process.exitCode = exitCodes.failed;
    });
}

function standing(available: boolean, proven: boolean): string {
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

/** A folder that is not there yet is made when it is needed. */
function unwritable(folder: string): [string, string][] {
  try {
    if (existsSync(folder)) accessSync(folder, constants.W_OK);
    return [];
  } catch (error) {
    return [['', `cannot be written: nothing can be trained or imported (${messageOf(error)})`]];
  }
}
