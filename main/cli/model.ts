import { Option, type Command } from 'commander';
import { describeDataset, listDatasets } from '../data/datasets.ts';
import type { DatasetInfo } from '../data/source.ts';
import { ranges } from '../model/ranges.ts';
import type { Shape } from '../model/spec.ts';
import { networkNames, networkSpec } from '../model/zoo.ts';
import { budgets, imageShape, number, wholeNumber, within } from './arguments.ts';
import { print } from './format.ts';
import { summarise } from './model-summary.ts';

interface ModelOptions {
  readonly split?: number;
  readonly input?: Shape;
  readonly dataset?: string;
  readonly classes?: number;
  readonly width: number;
  readonly resolution: number;
  readonly features: number;
  readonly module: boolean;
  readonly budgets: readonly number[];
}

/** `model`. */
export function addModelCommand(program: Command): void {
  program
    .command('model')
    .summary('show a network, its halves, and what every cut would send')
    .description(
      'Shows both halves of a network cut at a layer, with output shapes, parameters and multiply-adds, and the bytes ' +
        'a training sample sends up and down at every possible cut and budget.',
    )
    .argument('<name>', networkNames.join(', '))
    .option(
      '--split <layer>',
      'the compression module becomes this entry of the layer list; 0 is the image (default: 5)',
      within(ranges.layer, wholeNumber),
    )
    .option('--input <shape>', 'size of the images (default: 32x32x3)', imageShape)
    .option('--dataset <name>', 'take the size of images and the number of classes from a data set')
    .option('--classes <count>', 'number of classes (default: 10)', within(ranges.classes, wholeNumber))
    .option('--width <factor>', 'multiplies the maps of every layer', within(ranges.width, number), 1)
    .option(
      '--resolution <r>',
      'resolution factor of the module: maps shrink r times a side',
      within(ranges.resolution, wholeNumber),
      1,
    )
    .option(
      '--features <c>',
      'feature factor of the module: 2 halves the number of maps',
      within(ranges.features, wholeNumber),
      1,
    )
    .option('--no-module', 'the plain split, without compression module')
    .addOption(
      new Option('--budgets <list>', 'budgets whose traffic to show').argParser(budgets).default([4, 16], '4,16'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice model vgg11 --split 5\n  sluice model resnet18 --dataset stl10 --budgets 2,8',
    )
    .action((name: string, options: ModelOptions) => showModel(name, options));
}

function showModel(name: string, options: ModelOptions): void {
  const dataset = options.dataset === undefined ? null : findDataset(options.dataset);
  const input = options.input ?? dataset?.shape ?? [32, 32, 3];
  const classes = options.classes ?? dataset?.classes.length ?? 10;
  const network = networkSpec(name, { input, classes, width: options.width });
  const { split: layer = Math.min(5, network.body.length + 1), resolution, features } = options;
  const module = options.module ? { resolution, features } : null;
  print(summarise(network, { layer, module }, options.budgets));
}

/** One that can be downloaded is known before it is here. Throws what describeDataset throws. */
function findDataset(name: string): DatasetInfo {
  return listDatasets().find((dataset) => dataset.name === name)?.info ?? describeDataset(name);
}
