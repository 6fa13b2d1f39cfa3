import type { Command } from 'commander';
import { enginesFolder, installable, installableHelp, installedEngine, type Installable } from '../engine/installed.ts';
import type { EngineSource } from '../engine/status.ts';
import { installEngine, removeEngine, type InstallRequest } from '../install/install.ts';
import { sourcesOf } from '../install/status.ts';
import { withProgress } from './data-progress.ts';
import { listLines, note, print } from './format.ts';

/** `engine list`, `install` and `remove`. */
export function addEngineCommands(program: Command): void {
  const engine = program
    .command('engine')
    .summary('list, install and remove engines')
    .description('Lists, installs and removes what Sluice can compute with beside the processor engine it comes with.');

  engine
    .command('list')
    .summary('list the engines that can be installed')
    .description('List the engines that can be installed, and what is installed of them; "sluice doctor" tries them.')
    .action(() => {
      print(listLines(['name', 'status', 'from', 'library', ''], installable.map(row)));
      note(`They are in ${enginesFolder()}.`);
    });

  engine
    .command('install')
    .summary('install an engine')
    .description(
      `Installs an engine into Sluice's folder: ${installableHelp}. ` +
        'Downloads are checked; one that broke off goes on where it was. The engine ' +
        'is built beside and tried before it takes the place of what was there.',
    )
    .argument('<name>', `one of ${installable.join(', ')}`)
    .option(
      '--python <path>',
      'use the TensorFlow (2.16 to 2.21) of this Python or environment, which stays as it is, in place of the download of ' +
        'TensorFlow 2.9.1; for CUDA 12 it has to be installed as tensorflow[and-cuda]',
    )
    .option('--registry <url>', 'npm registry to take packages from, in place of registry.npmjs.org')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice engine install webgpu\n  sluice engine install tensorflow\n' +
        '  sluice engine install cuda --python ~/venv',
    )
    .action(install);

  engine
    .command('remove')
    .summary('remove an installed engine')
    .description("Remove an engine from Sluice's folder; the Python environment it was built on, if any, stays.")
    .argument('<name>', 'see "sluice engine list"')
    .action(async (name: string) => {
      await removeEngine(name);
      print(`Removed ${name}.`);
    });
}

/** How the places that engines come from are called in lists. */
const places: Readonly<Record<EngineSource, string>> = { download: 'download', python: '--python', registry: 'npm' };

function row(name: Installable): string[] {
  const found = installedEngine(name);
  const offered = sourcesOf(name).map((source) => places[source]);
  if (!found) return [name, offered.length > 0 ? 'available' : 'not for this system', offered.join(', '), '', ''];
  if ('damaged' in found) return [name, 'damaged', '', '', `install it again (${found.damaged})`];
  const { source, tensorflow, python, packages } = found;
  const versions = Object.entries(packages).map(([of, version]) => `${of} ${version}`);
  const library = tensorflow === null ? '' : `TensorFlow ${tensorflow}`;
  return [name, 'installed', python ?? places[source], library, versions.join(', ')];
}

async function install(name: string, options: Omit<InstallRequest, 'name'>): Promise<void> {
  const { tryEngine } = await import('../processes/task/try-engines.ts');
  const { report } = await withProgress(
    'Interrupted: nothing was installed. What was downloaded, if anything, is kept to go on from.',
    (onProgress) => installEngine({ name, ...options }, { onProgress, attempt: tryEngine }),
  );
  if (report.available) {
    print(`Installed ${name}: ${report.detail}. Train on it with --engine ${name}.`);
    return;
  }
  print(`Installed ${name}. On this machine it cannot be used yet: ${report.detail}.`);
  if (report.remedy) print(report.remedy);
}
