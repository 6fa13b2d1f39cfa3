import { join } from 'node:path';
import type { Command } from 'commander';
import { sluiceHome } from '../home.ts';
import { loadPreset } from '../runs/experiment/presets.ts';
import { writeReport } from './compare.ts';
import { print, wrap } from './format.ts';
import { withStore } from './lab.ts';
import { launch } from './launch.ts';
import { executeAndCompare } from './run.ts';

/** `quickstart`. */
export function addQuickstartCommand(program: Command): void {
  program
    .command('quickstart')
    .summary('see it work: three small trainings, compared, in minutes')
    .description(
      'Trains a small network on built-in pictures three ways (deprune, full budget, high compression), compares ' +
        'accuracy and bytes, and writes a report with charts. Needs no download.',
    )
    .option('--in-process', 'both halves of each network in this process, without a socket')
    .action(async ({ inProcess = false }: { inProcess?: boolean }) => {
      process.exitCode = await withStore(async (store) => {
        const preset = loadPreset('quickstart', inProcess ? { settings: ['processes=one'] } : {});
        print([...wrap(preset.description), '']);
        const runs = await launch(store, preset);
        const code = await executeAndCompare(store, runs, {});
        if (code !== 0) return code;
        const file = join(sluiceHome(), 'reports', 'quickstart.html');
        const { title, description } = preset;
        print(['', `Charts: ${await writeReport(store, runs, file, { title: `Sluice: ${title}`, description })}`]);
        return code;
      });
    });
}
