import type { Command } from 'commander';
import { pairTable } from '../exports/tables/comparison-table.ts';
import { curvesOf, type Curve } from '../exports/tables/curves.ts';
import { epochsOfRun, standingOf } from '../runs/experiment/epochs-of-run.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { formatBudget, formatBytes, formatDuration, formatNumber, formatPercent } from '../charts/formats.ts';
import { runNumber, type Origin, type Run } from '../runs/store/run.ts';
import { statusNow, type Store } from '../runs/store/store.ts';
import { factLines, formatDate, note, print, shorten, tableLines } from './format.ts';
import { withStore } from './lab.ts';

/** `list` and `show`. */
export function addListCommands(program: Command): void {
  program
    .command('list')
    .summary('list all runs')
    .description('List all runs, the newest last.')
    .action(() => withStore(list, 'read'));

  program
    .command('show')
    .summary('show a run: settings, epochs, results')
    .description('Shows a run: its settings, what every epoch brought, the model pairs it made and where they are.')
    .argument('[run]', 'its number, id or "latest"', 'latest')
    .action((reference: string) => withStore((store) => show(store, store.find(reference)), 'read'));
}

function list(store: Store): void {
  listRuns(store);
  const left = store.strayFolders().length;
  if (left > 0) note(`\n${left === 1 ? 'A folder is' : `${left} folders are`} without a run here: sluice adopt`);
}

function listRuns(store: Store): void {
  const runs = store.list();
  if (runs.length === 0) {
    print('There are no runs yet. "sluice run quickstart" makes three.');
    return;
  }
  const columns = (['#', 'run', 'seed', 'status', 'epochs', 'accuracy', 'bytes', 'created'] as const).map((title) => ({
    title,
    align: title === 'run' || title === 'status' ? ('left' as const) : ('right' as const),
  }));
  print(tableLines({ columns, rows: runs.map((run) => row(store, run)) }));
  for (const run of runs.filter(({ dropped }) => dropped.length > 0)) note(`Run ${runNumber(run)}: ${leftOut(run)}.`);
}

function row(store: Store, run: Run): string[] {
  const epochs = curvesOf(store, [run], 'wholes').flatMap(({ training }) => training.epochs);
  const accuracy = epochs.at(-1)?.testAccuracy;
  return [
    String(runNumber(run)),
    shorten(run.name, 24),
    String(run.seed),
    statusNow(store, run),
    `${epochs.length}/${totalEpochs(store, run)}`,
    accuracy === undefined ? '–' : formatPercent(accuracy),
    formatBytes(store.byteCount(run.id)),
    formatDate(run.createdAt),
  ];
}

/** What a run lacks that goes on, or went on, without some of its sources. */
function leftOut({ dropped, experiment: { sources } }: Run): string {
  const names = dropped.map((source) => source + 1).join(', ');
  return `${dropped.length} of ${sources.count} sources died too often and are left out (${names})`;
}

function totalEpochs(store: Store, { id, experiment, status }: Run): number {
  return epochsOfRun(experiment, standingOf(store.epochs(id), status === 'finished'));
}

function show(store: Store, run: Run): void {
  print(factLines([...facts(store, run), ...settings(run)]));
  const wholes = curvesOf(store, [run], 'wholes');
  if (wholes.some(({ training }) => training.epochs.length > 0)) print(['', ...epochLines(wholes)]);
  const pairs = pairTable(curvesOf(store, [run]));
  if (pairs) print(['', ...tableLines(pairs)]);
}

function facts(store: Store, run: Run): [string, string][] {
  const { notes, tags } = store.annotations(run.id);
  const status = statusNow(store, run);
  const times = [run.createdAt, run.startedAt, run.endedAt].map((date) => (date ? formatDate(date) : '–'));
  return [
    ['run', run.id],
    ['status', run.error === null ? status : `${status}: ${run.error}`],
    ['launch', run.group],
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
    ['method', `${method}: ${phases.map(({ budget, epochs }) => `${budget} for ${epochs}`).join(', ')}`],
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
  const titles = [
    'epoch',
    'budget',
    'loss',
    'accuracy',
    ...(held ? ['validation'] : []),
    'test loss',
    'test accuracy',
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
      formatBytes(epoch.bytesUp),
      formatBytes(epoch.bytesDown),
      formatNumber(epoch.samplesPerSecond),
      formatDuration(epoch.seconds),
    ]),
  });
}
