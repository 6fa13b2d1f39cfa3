import { Command } from 'commander';
import { version } from '../version.ts';
import { visible } from '../visible.ts';

type AddCommands = (program: Command) => void;

/** What adds commands, in the order of the help text, by their names. */
const commands: readonly (readonly [names: readonly string[], load: () => Promise<AddCommands>])[] = [
  [['lab'], async () => (await import('./lab-command.ts')).addLabCommand],
  [['quickstart'], async () => (await import('./quickstart.ts')).addQuickstartCommand],
  [['run', 'resume'], async () => (await import('./run.ts')).addRunCommands],
  [['search'], async () => (await import('./search.ts')).addSearchCommand],
  [['list', 'show'], async () => (await import('./list.ts')).addListCommands],
  [['edit'], async () => (await import('./edit.ts')).addEditCommand],
  [['stop', 'pause', 'continue', 'delete'], async () => (await import('./control.ts')).addControlCommands],
  [['adopt'], async () => (await import('./adopt.ts')).addAdoptCommand],
  [['import'], async () => (await import('./import.ts')).addImportCommand],
  [['compare', 'report'], async () => (await import('./compare.ts')).addCompareCommands],
  [['probe'], async () => (await import('./probe.ts')).addProbeCommand],
  [['export'], async () => (await import('./export.ts')).addExportCommand],
  [['presets', 'schema'], async () => (await import('./presets.ts')).addPresetCommands],
  [['model'], async () => (await import('./model.ts')).addModelCommand],
  [['models'], async () => (await import('./models.ts')).addModelsCommands],
  [['plan'], async () => (await import('./plan.ts')).addPlanCommand],
  [['data'], async () => (await import('./data.ts')).addDataCommands],
  [['infer'], async () => (await import('./infer.ts')).addInferCommand],
  [['offload'], async () => (await import('./offload.ts')).addOffloadCommand],
  [['serve'], async () => (await import('./serve.ts')).addServeCommand],
  [['source'], async () => (await import('./source.ts')).addSourceCommand],
  [['engine'], async () => (await import('./engine.ts')).addEngineCommands],
  [['doctor'], async () => (await import('./doctor.ts')).addDoctorCommand],
];

/**
 * The terminal's program with the command that is asked for, or with all of them where none of that name is there.
 * Loading what the others need would take most commands longer than what they do. Parsing throws what goes wrong, usage
 * errors as CommanderError.
 */
export async function createProgram(asked?: string): Promise<Command> {
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
  const wanted = commands.filter(([names]) => asked !== undefined && names.includes(asked));
  for (const [, load] of wanted.length > 0 ? wanted : commands) (await load())(program);
  return program;
}
