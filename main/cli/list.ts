import type { Command } from 'commander';
import { budgetWords } from '../charts/differing.ts';
import { pairTable } from '../exports/tables/comparison-table.ts';
import { curvesOf, type Curve } from '../exports/tables/curves.ts';
import {
  formatBudget,
  formatBytes,
  formatCorrelation,
  formatDuration,
  formatNumber,
  formatPercent,
} from '../charts/formats.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { readProbe } from '../runs/probe/file.ts';
import type { Origin, Run } from '../runs/store/run.ts';
import { statusNow, type Store } from '../runs/store/store.ts';
import { briefName, runColumns, type RunColumn } from '../listing/columns.ts';
import { factLines, formatDate, listed, note, print, tableLines } from './format.ts';
import { withStore } from './lab.ts';
import { probeLines } from './probe.ts';
import { leftOut, listRuns, noteDropped, type ListOptions } from './list-runs.ts';

/** `list` and `show`. */
export function addListCommands(program: Command): void {
  program
    .command('list')
    .summary('list all runs')
    .description(
      'Lists the runs of the current project, the newest last. A filter compares columns with values: = != < <= > >=, ' +
        ': for a part of a text or a tag, ~ for a regular expression, in [a, b] or in a..b, joined by and, or, not and ' +
        'brackets. Other words are looked for in names, launches, data sets, methods and tags.',
    )
    .option('--where <filter>', 'only runs that fit, for example "best > 50 % and lr in [0.01, 0.05]"')
    .option('--columns <names>', 'what to show of them, for example best,bytes,lr')
    .option('--sort <column>', 'in this order; -best begins with the most')
    .option('--group <column>', 'fold those together that have the same there, or "settings": all but the seed')
    .option('--view <name>', 'as a view that was saved in the lab; other options change it')
    .option('--project <name>', 'of this project instead of the current one')
    .option('--all-projects', 'of all projects')
    .addHelpText(
      'after',
      () => `
Columns:
${columnsHelp()}

Examples:
  sluice list --where "method = prune and best > 50 % and tag: figure8" --sort -best
  sluice list --group settings --columns best,bytes,lr`,
    )
    .action((options: ListOptions) => withStore((store) => list(store, options), 'read'));

  program
    .command('show')
    .summary('show a run: settings, epochs, results')
    .description('Shows a run: its settings, what every epoch brought, the model pairs it made and where they are.')
    .argument('[run]', 'its number, id or "latest"', 'latest')
    .action((reference: string) => withStore((store) => show(store, store.find(reference)), 'read'));
}

function list(store: Store, options: ListOptions): void {
  listRuns(store, options);
  noteDropped(store.list());
  const left = store.strayFolders().length;
  if (left > 0) note(`\n${left === 1 ? 'A folder is' : `${left} folders are`} without a run here: sluice adopt`);
}

/** Names of columns as filters take them, those of settings by the name that is shortest to read. */
function columnsHelp(): string {
  const named = (part: RunColumn['part']): string[] =>
    runColumns.filter((column) => column.part === part).map(briefName);
  return [listed('runs', named('run')), listed('results', named('result')), listed('settings', named('setting'))].join(
    '\n',
  );
}

async function show(store: Store, run: Run): Promise<void> {
  print(factLines([...facts(store, run), ...settings(run)]));
  const wholes = curvesOf(store, [run], 'wholes');
  if (wholes.some(({ training }) => training.epochs.length > 0)) print(['', ...epochLines(wholes)]);
  const pairs = pairTable(curvesOf(store, [run]));
  if (pairs) print(['', ...tableLines(pairs)]);
  const probe = await readProbe(store.folder(run.id));
  if (probe) print(['', ...probeLines(probe)]);
}

function facts(store: Store, run: Run): [string, string][] {
  const { notes, tags } = store.annotations(run.id);
  const status = statusNow(store, run);
  const times = [run.createdAt, run.startedAt, run.endedAt].map((date) => (date ? formatDate(date) : '–'));
  return [
    ['run', run.id],
    ['status', run.error === null ? status : `${status}: ${run.error}`],
    ['launch', run.group],
    ['project', run.archived ? `${run.project}, archived` : run.project],
    ['created, started, ended', times.join(', ')],
    ...took(store, run),
    ['engine', run.engine ?? '–'],
    ['of the server half', run.serverEngine ?? '–'],
    ['folder', store.folder(run.id)],
    ...(run.origin ? [['brought in', originText(run.origin)] as [string, string]] : []),
    ...(notes ? [['notes', notes] as [string, string]] : []),
    ...(tags.length > 0 ? [['tags', tags.join(', ')] as [string, string]] : []),
  ];
}

function originText({ from, run, at }: Origin): string {
  return `from ${from}, run ${run} there, on ${formatDate(new Date(at))}`;
}

/** From start to end, and how much of it was spent on what, in words that tables use. */
function took(store: Store, { id, startedAt, endedAt }: Run): [string, string][] {
  const results = store.results(id).get(id);
  if (!results) return [];
  const { trainingSeconds, evaluationSeconds } = results;
  const whole =
    startedAt && endedAt ? [`${formatDuration((endedAt.getTime() - startedAt.getTime()) / 1000)} in all`] : [];
  const evaluated = evaluationSeconds === null ? [] : [`${formatDuration(evaluationSeconds)} in evaluation`];
  return [['took', [...whole, `${formatDuration(trainingSeconds)} in training`, ...evaluated].join(', ')]];
}

function settings(run: Run): [string, string][] {
  const { experiment, seed } = run;
  const { dataset, validation, model, split, method, phases, batchSize, stop } = experiment;
  const { learningRate, momentum, weightDecay } = experiment.optimiser;
  const samples = [dataset.trainSamples ?? 'all', dataset.testSamples ?? 'all'].join(' training and ');
  const { count, serverHalf, cpuShare } = experiment.sources;
  const half = count === 1 ? '' : serverHalf === 'own' ? ', a server half each' : ', one server half';
  const link = typeof experiment.link === 'string' ? experiment.link : experiment.link ? 'of its own' : 'the real one';
  const module = split.module ? `r = ${split.module.resolution}, c = ${split.module.features}` : 'no module';
  return [
    ['data', `${dataset.name}, ${samples} test images${dataset.augment ? '' : ', not augmented'}`],
    [
      'validation',
      validation === undefined ? 'none: the test set chooses' : `${formatPercent(validation)} of the training images`,
    ],
    ...(stop ? [['stop', stopWords(stop)] as [string, string]] : []),
    ['network', `${model.name}, width ${model.width}, split at layer ${split.layer}, ${module}`],
    ['method', `${method}: ${phases.map(({ budget, epochs }) => `${budgetWords(budget)} for ${epochs}`).join(', ')}`],
    ['training', `batch ${batchSize}, rate ${learningRate}, momentum ${momentum}, weight decay ${weightDecay}`],
    ['sources', `${count}${half}${cpuShare < 1 ? `, ${formatPercent(cpuShare)} of a core` : ''}, link: ${link}`],
    ...(run.dropped.length > 0 ? [['left out', leftOut(run)] as [string, string]] : []),
    ['seed', String(seed)],
  ];
}

function stopWords({ patience, accuracy, bytes }: NonNullable<Experiment['stop']>): string {
  return [
    ...(patience === undefined
      ? []
      : [`a phase after ${patience} ${patience === 1 ? 'epoch' : 'epochs'} without a better one`]),
    ...(accuracy === undefined ? [] : [`at an accuracy of ${formatPercent(accuracy)}`]),
    ...(bytes === undefined ? [] : [`after ${formatBytes(bytes)}`]),
  ].join(', ');
}

function epochLines(curves: readonly Curve[]): string[] {
  const epochs = curves.flatMap(({ training }) => training.epochs);
  const several = epochs.some(({ training }) => training > 0);
  const held = epochs.some(({ validationAccuracy }) => !Number.isNaN(validationAccuracy));
  const leaks = epochs.some(({ distanceCorrelation }) => !Number.isNaN(distanceCorrelation));
  const titles = [
    'epoch',
    'budget',
    'loss',
    'accuracy',
    ...(held ? ['validation'] : []),
    'test loss',
    'test accuracy',
    ...(leaks ? ['dist. corr.'] : []),
    'up',
    'down',
    'samples/s',
    'time',
  ];
  return tableLines({
    columns: titles.map((title) => ({ title, align: 'right', dispensable: title === 'loss' || title === 'samples/s' })),
    rows: epochs.map((epoch) => [
      several ? `${epoch.training + 1}.${epoch.epoch + 1}` : String(epoch.epoch + 1),
      formatBudget(epoch.budget),
      epoch.trainLoss.toFixed(3),
      formatPercent(epoch.trainAccuracy),
      ...(held ? [formatPercent(epoch.validationAccuracy)] : []),
      epoch.testLoss.toFixed(3),
      formatPercent(epoch.testAccuracy),
      ...(leaks ? [formatCorrelation(epoch.distanceCorrelation)] : []),
      formatBytes(epoch.bytesUp),
      formatBytes(epoch.bytesDown),
      formatNumber(epoch.samplesPerSecond),
      formatDuration(epoch.seconds),
    ]),
  });
}
