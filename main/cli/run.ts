import { Option, type Command } from 'commander';
import { engineChoices } from '../engine/choices.ts';
import { SluiceError } from '../errors.ts';
import type { LogTarget } from '../exports/tracking/live.ts';
import type { NetworkOptions } from '../processes/run/network.ts';
import { placeOf, serverMissing } from '../processes/run/place.ts';
import { hasCheckpoint } from '../runs/checkpoint/checkpoint.ts';
import { requireResumable, resumeRun } from '../runs/life/lifecycle.ts';
import type { Preset } from '../runs/experiment/presets.ts';
import type { Run, RunStatus } from '../runs/store/run.ts';
import { selectRuns } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { collect, count, name, seeds, wholeNumber } from './arguments.ts';
import { executeInTurn } from './execute.ts';
import { references } from './references.ts';
import { exitCodes } from './failure.ts';
import { note, print } from './format.ts';
import { listen } from './interrupt.ts';
import { withStore } from './lab.ts';
import { addServerOptions, networkOf, type ServerFlags } from './network.ts';
import { announceResumed, launch, loadByName, printComparison, printImportance } from './launch.ts';
import { dryRunLines, sweepFrom } from './sweep.ts';

interface RunOptions extends ServerFlags {
  readonly logTo?: readonly string[];
  readonly inProcess?: boolean;
  readonly small?: boolean;
  readonly sweep?: readonly string[];
  readonly random?: number;
  readonly sweepSeed?: number;
  readonly dryRun?: boolean;
  readonly set?: readonly string[];
  readonly seeds?: readonly number[];
  readonly name?: string;
  readonly project?: string;
  readonly engine?: string;
  readonly clientEngine?: string;
  readonly serverEngine?: string;
  readonly threads?: number;
}

const logHelp =
  'log each run, while it trains, to tensorboard:FOLDER or mlflow:URI as well; may be given several times';

/** `run` and `resume`. */
export function addRunCommands(program: Command): void {
  addServerOptions(program.command('run'))
    .summary('train a preset or the experiments of a JSON file')
    .description(
      'Trains a preset ("sluice presets" lists them) or the experiments of a JSON file, one run after the other, and ' +
        'compares them. On a terminal p pauses and goes on, q or Ctrl-C stops with a checkpoint to resume from.',
    )
    .argument('<preset|file.json>', 'for example quickstart, figure-8 or my-experiment.json')
    .option('--small', 'the variant of a preset that finishes in minutes on two cores')
    .option('--set <path=value>', 'change a field of every experiment; may be given several times', collect)
    .option('--seeds <list>', 'seeds, one run each, for example 1,2,3 or 1-3', seeds)
    .option(
      '--sweep <path=values>',
      'a run for each value, and each combination of several: lr=0.01,0.1 or lr=0.001..0.1',
      collect,
    )
    .option('--random <runs>', 'so many combinations of the sweep, drawn', count)
    .option('--sweep-seed <seed>', 'what they are drawn by', wholeNumber)
    .option('--dry-run', 'list what would be trained, with its bytes and time, and train nothing')
    .option('--name <name>', 'what to call it: "sluice compare <name>" then compares its runs', name)
    .option('--project <name>', 'the project its runs belong to; the current one of the lab unless given', name)
    .addOption(new Option('--engine <engine>', 'what computes').choices(engineChoices))
    .addOption(new Option('--client-engine <engine>', 'what computes the client halves').choices(engineChoices))
    .addOption(new Option('--server-engine <engine>', 'what computes the server half').choices(engineChoices))
    .option('--threads <count>', 'threads of the cpu engine; all cores unless given', count)
    .option('--log-to <target>', logHelp, collect)
    .option('--in-process', 'both halves of one source in this process, without a socket')
    .addHelpText(
      'after',
      `
Examples:
  sluice run quickstart
  sluice run figure-8 --small --seeds 1,2,3
  sluice run figure-8 --set phases.0.epochs=3 --set dataset.name=synthetic
  sluice run my-experiment.json --sweep lr=0.01,0.03,0.1 --sweep "gate.delta=0.001..0.1 log" --random 12 --dry-run
  sluice run my-experiment.json --name "half width" --set model.width=0.5
  sluice run figure-8 --log-to tensorboard:logs --log-to mlflow:http://127.0.0.1:5000
  sluice run figure-8 --offload wss://gpu.example:4450 --token … --fingerprint …`,
    )
    .action(async (source: string, options: RunOptions) => {
      process.exitCode = await withStore((store) => run(store, source, options));
    });

  addServerOptions(program.command('resume'))
    .summary('go on with runs that ended before their time')
    .description(
      'Goes on, in this terminal, with runs that were stopped, failed, interrupted or never begun, each from its last ' +
        'checkpoint. Its weights end up as if it had not been interrupted.',
    )
    .argument('[runs...]', 'numbers, ids, ranges such as 3..5, or what was launched; the latest run unless given')
    .option('--log-to <target>', logHelp, collect)
    .addHelpText('after', '\nExamples:\n  sluice resume 12\n  sluice resume figure-8')
    .action(async (references: string[], options: ServerFlags & Pick<RunOptions, 'logTo'>) => {
      const chosen = references.length > 0 ? references : ['latest'];
      process.exitCode = await withStore(async (store) =>
        resume(store, chosen, networkOf(options), await targetsOf(options.logTo)),
      );
    });
}

async function run(store: Store, source: string, options: RunOptions): Promise<number> {
  const targets = await targetsOf(options.logTo);
  const network = networkOf(options);
  const preset = loadByName(source, {
    small: options.small,
    settings: settingsOf(options),
    sweep: sweepFrom(options.sweep, options),
  });
  if (options.dryRun) {
    print(dryRunLines(store, preset.experiments));
    return 0;
  }
  const called = options.name ?? preset.name;
  const single = preset.experiments.length === 1 && options.name !== undefined;
  const experiments = preset.experiments.map((each) => (single ? { ...each, name: called } : each));
  const runs = await launchUnlessStopped(store, { ...preset, name: called, experiments }, network, options.project);
  return runs ? executeAndCompare(store, runs, network, targets) : exitCodes.stopped;
}

/** What runs are to be logged to; wrong ones are refused before anything is queued. */
async function targetsOf(texts: readonly string[] | undefined): Promise<LogTarget[]> {
  if (!texts) return [];
  const { logTarget } = await import('../exports/tracking/live.ts');
  return texts.map(logTarget);
}

/** Null when the user has ended it: then nothing is queued. */
async function launchUnlessStopped(
  store: Store,
  preset: Preset,
  { offload }: NetworkOptions,
  project?: string,
): Promise<Run[] | null> {
  const { signal, end } = listen(() => undefined);
  try {
    return await launch(store, preset, { elsewhere: offload !== undefined, project, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    note('Stopped before all runs were queued: none is.');
    return null;
  } finally {
    end();
  }
}

function settingsOf(options: RunOptions): string[] {
  const { set = [], seeds, engine, clientEngine, serverEngine, threads, inProcess, offload } = options;
  if (inProcess && offload !== undefined) {
    throw new SluiceError('bad-usage', '--in-process has no server: leave it out, or --offload.');
  }
  if (serverEngine && offload !== undefined) {
    const message = 'The server elsewhere computes with its own engine: give --server-engine to it, as --engine.';
    throw new SluiceError('bad-usage', message);
  }
  return [
    ...(seeds ? [`seeds=${JSON.stringify(seeds)}`] : []),
    ...(engine ? [`engine=${engine}`] : []),
    ...(clientEngine ? [`engine.client=${clientEngine}`] : []),
    ...(serverEngine ? [`engine.server=${serverEngine}`] : []),
    ...(threads === undefined ? [] : [`threads=${threads}`]),
    ...(inProcess ? ['processes=one'] : []),
    ...(offload === undefined ? [] : ['processes=separate']),
    ...set,
  ];
}

const resumable = new Set<RunStatus>(['queued', 'stopped', 'failed', 'interrupted']);

async function resume(
  store: Store,
  references: readonly string[],
  network: NetworkOptions,
  targets: readonly LogTarget[],
): Promise<number> {
  const chosen = selectRuns(store, references);
  // Of several runs those that can go on do; one that is named has to.
  const unfinished = chosen.filter(({ status }) => chosen.length === 1 || resumable.has(status));
  if (unfinished.length === 0) {
    print('All of these runs are finished or under way.');
    return 0;
  }
  // What is missing for one of them leaves all as they are.
  for (const run of unfinished) await requireReady(store, run, network);
  await announceResumed(unfinished, network.offload !== undefined);
  for (const { id } of unfinished) resumeRun(store, id);
  return executeAndCompare(store, unfinished, network, targets);
}

/** Throws for a run that cannot be gone on with, or whose server half is elsewhere when nobody said how to reach it. */
async function requireReady(store: Store, run: Run, { offload }: NetworkOptions): Promise<void> {
  requireResumable(store, run);
  const folder = store.folder(run.id);
  const place = offload ? null : placeOf(folder);
  if (place && (await hasCheckpoint(folder))) throw serverMissing(run.id, place);
}

/** From so many on it is worth asking what their settings did. */
const manyRuns = 4;

/** Executes runs, compares what they did, and says how to go on with those that did not finish. */
export async function executeAndCompare(
  store: Store,
  runs: readonly Run[],
  network: NetworkOptions,
  targets: readonly LogTarget[] = [],
): Promise<number> {
  const code = await executeInTurn(store, runs, network, targets);
  const ended = runs.map(({ id }) => store.find(id));
  const begun = ended.filter(({ startedAt }) => startedAt);
  if (begun.length > 0) {
    print('');
    printComparison(store, begun);
    if (runs.length >= manyRuns) printImportance(store, ended, { asked: false });
  }
  const left = ended.filter(({ status }) => status === 'stopped' || status === 'queued');
  const server = network.offload ? ` --offload ${network.offload.url} --token …` : '';
  if (left.length > 0) note(`\nTo go on: sluice resume ${references(left).join(' ')}${server}`);
  return code;
}
