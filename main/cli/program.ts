import { Command } from 'commander';
import { version } from '../version.ts';
import { visible } from '../visible.ts';
import { addCompareCommands } from './compare.ts';
import { addControlCommands } from './control.ts';
import { addDataCommands } from './data.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExportCommand } from './export.ts';
import { addLabCommand } from './lab-command.ts';
import { addListCommands } from './list.ts';
import { addModelCommand } from './model.ts';
import { addOffloadCommand } from './offload.ts';
import { addPresetCommands } from './presets.ts';
import { addQuickstartCommand } from './quickstart.ts';
import { addRunCommands } from './run.ts';
import { addSourceCommand } from './source.ts';

/** All commands of the terminal. Parsing throws what goes wrong, usage errors as CommanderError. */
export function createProgram(): Command {
  const program = new Command('sluice')
    .description(
      'A lab for compression-aware split learning: a network is cut in two, and a learned gate decides which feature ' +
        'maps cross the network between client and server.',
    )
    .version(version())
    .exitOverride()
    // What it did not understand is repeated in its errors.
    .configureOutput({ writeErr: (text) => process.stderr.write(visible(text)) })
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', '\nStart with "sluice quickstart", then "sluice presets".');
  addLabCommand(program);
  addQuickstartCommand(program);
  addRunCommands(program);
  addListCommands(program);
  addControlCommands(program);
  addCompareCommands(program);
  addExportCommand(program);
  addPresetCommands(program);
  addModelCommand(program);
  addDataCommands(program);
  addOffloadCommand(program);
  addSourceCommand(program);
  addDoctorCommand(program);
  return program;
}
