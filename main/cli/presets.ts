import type { Command } from 'commander';
import { budgetWords } from '../charts/differing.ts';
import { experimentSchema } from '../runs/experiment/experiment.ts';
import { listPresets, loadPreset, presetSchema } from '../runs/experiment/presets.ts';
import { fileSchema } from '../runs/experiment/schema.ts';
import { listLines, print, wrap } from './format.ts';

/** `presets` and `schema`. */
export function addPresetCommands(program: Command): void {
  program
    .command('presets')
    .summary("list the presets: the paper's figures and the quickstart")
    .description('Lists the presets, one per figure of the paper and the quickstart, or describes one.')
    .argument('[name]', 'the one to describe')
    .option('--small', 'describe its small variant')
    .action((name: string | undefined, { small }: { small?: boolean }) => {
      if (name === undefined) list();
      else describe(name, small);
    });

  program
    .command('schema')
    .summary('print the JSON Schema of experiment files')
    .description(
      'Prints the JSON Schema of experiment files (or of presets), with which editors complete and check them.',
    )
    .option('--preset', 'of files with several experiments')
    .action(({ preset }: { preset?: boolean }) =>
      print(JSON.stringify(fileSchema(preset ? presetSchema : experimentSchema), null, 2)),
    );
}

function list(): void {
  const rows = listPresets().map(({ name, title, experiments }) => [name, String(experiments.length), title]);
  print([...listLines(['preset', 'experiments', 'what it shows'], rows), '', 'sluice presets <name> tells more.']);
}

function describe(name: string, small: boolean | undefined): void {
  const { title, description, paper, experiments } = loadPreset(name, { small });
  print([title, '', ...wrap(description), ...(paper === undefined ? [] : wrap(`The paper: ${paper}`)), '']);
  const rows = experiments.map(({ name, method, dataset, model, phases }) => [
    name,
    method,
    `${dataset.name}${dataset.trainSamples === undefined ? '' : `, ${dataset.trainSamples}`}`,
    `${model.name}, width ${model.width}`,
    phases.map(({ budget, epochs }) => `${budgetWords(budget)} for ${epochs}`).join(', '),
  ]);
  print(listLines(['experiment', 'method', 'data', 'network', 'budgets, epochs'], rows));
}
