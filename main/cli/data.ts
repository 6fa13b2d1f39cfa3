import type { Command } from 'commander';
import { listDatasets, removeDataset, type DatasetEntry } from '../data/datasets.ts';
import type { ImportOptions, ImportResult } from '../data/import.ts';
import type { OnProgress } from '../data/progress.ts';
import { formatBytes } from '../charts/formats.ts';
import { count } from './arguments.ts';
import { withProgress } from './data-progress.ts';
import { listLines, note, print } from './format.ts';

/** `data list`, `get`, `import` and `remove`. */
export function addDataCommands(program: Command): void {
  const data = program
    .command('data')
    .summary('list, download, import and remove data sets')
    .description('Lists, downloads, imports and removes data sets.');

  data
    .command('list')
    .summary('list the data sets')
    .description('List the data sets that are here and those that can be downloaded.')
    .action(() => {
      const datasets = listDatasets();
      print(listLines(['name', 'status', 'images', 'train', 'test', 'classes', ''], datasets.map(row)));
      for (const { status, title } of datasets) if (status === 'damaged') note(title);
    });

  data
    .command('get')
    .summary('download a data set and import it')
    .description(
      "Downloads a data set from its authors' place, checks the published checksum and imports it. A download that " +
        'broke off goes on where it was.',
    )
    .argument('<name>', 'see "sluice data list"')
    .action(async (name: string) => {
      const { getDataset } = await import('../data/get.ts');
      await importing((onProgress) => getDataset(name, { onProgress }));
    });

  data
    .command('import')
    .summary('bring in images from your disk')
    .description(
      'Imports files, folders or archives (tar, tar.gz, zip): the binary files of CIFAR-10, CIFAR-100 and STL-10, the IDX ' +
        'files of MNIST, Fashion-MNIST and their like, the layout of ImageNet100, or any folders of images named after ' +
        'their classes (JPEG, PNG, WebP, GIF, BMP, TIFF).',
    )
    .argument('<paths...>', 'what makes up the data set')
    .option('--name <name>', 'what to call it')
    .option('--format <format>', 'do not guess: cifar10, cifar100, stl10, idx, imagenet100 or folder')
    .option('--size <pixels>', 'scale every image of a folder to this height and width', count)
    .option('--nested', "images lie in folders below their class's, all of them of that class")
    .option('--skip-damaged', 'leave out files that cannot be read as images')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice data import cifar-10-batches-bin\n  sluice data import flowers --size 96\n' +
        '  sluice data import photos.zip --nested --skip-damaged',
    )
    .action(async (paths: string[], options: Omit<ImportOptions, 'onProgress'>) => {
      const { importDataset } = await import('../data/import.ts');
      await importing((onProgress) => importDataset(paths, { ...options, onProgress }));
    });

  data
    .command('remove')
    .summary('delete an imported data set')
    .description("Delete an imported data set from Sluice's folder; the files it was imported from stay.")
    .argument('<name>', 'see "sluice data list"')
    .action(async (name: string) => {
      await removeDataset(name);
      print(`Removed ${name}.`);
    });
}

async function importing(work: (onProgress: OnProgress) => Promise<ImportResult>): Promise<void> {
  const { info, notes } = await withProgress(
    'Interrupted: nothing was imported. What was downloaded, if anything, is kept to go on from.',
    work,
  );
  for (const text of notes) note(text);
  const { name, shape, classes, trainSamples, testSamples } = info;
  print(
    `${name}: ${trainSamples} training and ${testSamples} test images of ${shape.join('×')}, ${classes.length} classes`,
  );
}

function row({ name, status, title, info, downloadBytes }: DatasetEntry): string[] {
  if (!info) return [name, status, '', '', '', '', ''];
  const { shape, trainSamples, testSamples, classes } = info;
  const state = downloadBytes === null ? status : `${status}, ${formatBytes(downloadBytes)}`;
  return [name, state, shape.join('×'), ...[trainSamples, testSamples, classes.length].map(String), title];
}
