import { InvalidArgumentError, Option, type Command } from 'commander';
import { SluiceError } from '../errors.ts';
import { sluiceHome } from '../home.ts';
import { entryOf, outcomeOfSearch, planOfSearch } from '../lab/search/outcome.ts';
import { readSettings } from '../lab/settings/settings.ts';
import type { Experiment, ExperimentInput } from '../runs/experiment/experiment.ts';
import { rungUnits, type RungUnit } from '../runs/search/schema.ts';
import { lockSearch } from '../runs/search/lock.ts';
import { lookAt, nextStep, openSearch, planSearch, type OpenSearch } from '../runs/search/search.ts';
import type { SearchRow } from '../runs/store/search-table.ts';
import { launchName } from '../runs/store/select.ts';
import type { Store } from '../runs/store/store.ts';
import { byteSize, collect, count, name, number, share, wholeNumber } from './arguments.ts';
import { executeShown, isStopped } from './execute.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { listLines, note, print } from './format.ts';
import { listen } from './interrupt.ts';
import { withStore } from './lab.ts';
import { announceExperiment, loadByName } from './launch.ts';
import { refusedLines, searchPlanLines, progressWords, trialLines, trialWords } from './search-display.ts';
import { spaceFrom } from './sweep.ts';

interface SearchOptions {
  readonly space?: readonly string[];
  readonly floor?: number;
  readonly maxBytes?: number;
  readonly trials?: number;
  readonly seed?: number;
  readonly rungs?: Rungs;
  readonly by?: RungUnit;
  readonly reduction?: number;
  readonly set?: readonly string[];
  readonly small?: boolean;
  readonly experiment?: string;
  readonly name?: string;
  readonly project?: string;
  readonly resume?: string | true;
  readonly list?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

type Rungs = { readonly count: number } | { readonly at: readonly number[] };

export function addSearchCommand(program: Command): void {
  program
    .command('search')
    .summary('find the fewest bytes for an accuracy, or the best accuracy for so many bytes')
    .description(
      'Searches settings of a preset or a JSON file by successive halving (ASHA): many points are trained a little, those ' +
        'that are best for what they have sent go on. Every point is a run. On a terminal p pauses the run, q or Ctrl-C ' +
        'pauses the search.',
    )
    .argument('[preset|file.json]', 'whose field "search" says what the options do not; nothing with --resume')
    .option(
      '--space <path=values>',
      'a setting and what it may be: lr=0.01,0.1 or lr=0.001..0.1; several times',
      collect,
    )
    .option('--floor <accuracy>', 'find the fewest bytes that reach this, such as 0.7 or 70%', share)
    .option('--max-bytes <size>', 'find the best accuracy within so many bytes, both ways, such as 50MB', byteSize)
    .option('--trials <count>', 'points that are drawn; 20 unless given', count)
    .option('--seed <seed>', 'what they are drawn by; 1 unless given', wholeNumber)
    .option('--rungs <rungs>', 'how many there are, or where: 4, 100kB,1MB or, by epochs, 1,3,9', rungs)
    .addOption(new Option('--by <unit>', 'what rungs count').choices(rungUnits))
    .option('--reduction <eta>', 'η: of a rung the best 1/η go on; 3 unless given', number)
    .option('--set <path=value>', 'change a field of the experiment; may be given several times', collect)
    .option('--small', 'the small variant of a preset')
    .option('--experiment <name>', 'which experiment of a preset with several')
    .option('--name <name>', 'what to call the search', name)
    .option('--project <name>', 'the project its runs belong to; the current one of the lab unless given', name)
    .option('--resume [search]', 'go on with a search that was paused or killed, the last one unless named')
    .option('--list', 'list the searches there are')
    .option('--dry-run', 'tell which points would be trained and what they send, and train nothing')
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      `
Examples:
  sluice search quickstart --experiment deprune --space phases[0].budget=1,2,4,8 --space split.layer=2..6 --floor 70%
  sluice search my.json --max-bytes 50MB --space "codec.up=float16,int8" --space "lr=0.003..0.3 log" --trials 40
  sluice search my.json --dry-run
  sluice search --resume`,
    )
    .action(async (source: string | undefined, options: SearchOptions) => {
      process.exitCode = await withStore((store) => command(store, source, options));
    });
}

function rungs(text: string): Rungs {
  if (/^\d+$/.test(text)) return { count: count(text) };
  const at = text.split(',').map((part) => (/^[\d.]+$/.test(part.trim()) ? number(part) : byteSize(part.trim())));
  if (at.every((rung) => rung >= 1)) return { at };
  throw new InvalidArgumentError('Expected a number of rungs, or where they are, such as 100kB,1MB.');
}

async function command(store: Store, source: string | undefined, options: SearchOptions): Promise<number> {
  if (options.list) {
    listSearches(store, options);
    return 0;
  }
  if (options.resume !== undefined) return execute(store, rowToResume(store, source, options), options);
  if (source === undefined) {
    throw new SluiceError('bad-usage', 'Expected a preset or a JSON file, or --resume to go on with a search.');
  }
  const experiment = experimentOf(source, options);
  const planned = planSearch(experiment);
  if (options.dryRun) {
    print(options.json ? JSON.stringify(planOfSearch(planned), null, 2) : searchPlanLines(planOfSearch(planned)));
    return 0;
  }
  await announceExperiment(planned.points[0].experiment);
  const project = options.project ?? readSettings(sluiceHome()).project;
  const id = launchName(options.name ?? experiment.name);
  return execute(store, store.addSearch({ id, project, experiment, inLab: false }), options);
}

function listSearches(store: Store, { json }: SearchOptions): void {
  const entries = store.searches().map(entryOf);
  if (json) print(JSON.stringify(entries, null, 2));
  else if (entries.length === 0) print('There are no searches yet.');
  else
    print(
      listLines(
        ['search', 'status'],
        entries.map(({ id, status }) => [id, status]),
      ),
    );
}

function rowToResume(store: Store, source: string | undefined, { resume }: SearchOptions): SearchRow {
  const reference = typeof resume === 'string' ? resume : source;
  if (reference !== undefined) return store.findSearch(reference);
  const last = store.searches().findLast(({ state }) => state !== 'ended') ?? store.searches().at(-1);
  if (last) return last;
  throw new SluiceError('search-unknown', 'There is no search to go on with.');
}

/** The one experiment of a preset or file, with its search as the options say. */
function experimentOf(source: string, options: SearchOptions): Experiment {
  const { experiments } = loadByName(source, {
    small: options.small,
    settings: options.set ?? [],
    search: searchFrom(options),
  });
  const wanted = options.experiment;
  const named = experiments.filter((each) => wanted === undefined || each.name === wanted);
  if (named.length === 1) return named[0];
  const names = experiments.map((each) => `"${each.name}"`).join(', ');
  const message = `${source} has the experiments ${names}: choose one with --experiment.`;
  throw new SluiceError('bad-usage', message);
}

/** What the options say of a search, to be laid over that of the experiment. */
function searchFrom(options: SearchOptions): ExperimentInput['search'] {
  const { space, floor, maxBytes, trials, seed, rungs: given, by: unit, reduction } = options;
  const said = {
    ...(space && { settings: spaceFrom('--space', space) }),
    ...(floor !== undefined && { floor }),
    ...(maxBytes !== undefined && { maxBytes: Math.round(maxBytes) }),
    ...(trials !== undefined && { trials }),
    ...(seed !== undefined && { seed }),
    ...((given ?? unit ?? reduction) !== undefined && {
      rungs: {
        ...(given && { ...given, ...('at' in given && { at: [...given.at] }) }),
        ...(unit && { unit }),
        ...(reduction !== undefined && { reduction }),
      },
    }),
  };
  return Object.keys(said).length === 0 ? undefined : (said as ExperimentInput['search']);
}

/** Trains what the search wants, one run after the other, until it has ended or is paused. */
async function execute(store: Store, row: SearchRow, options: SearchOptions): Promise<number> {
  const lock = lockSearch(sluiceHome(), row.id);
  const { signal, end } = listen(() => undefined);
  try {
    const open = openSearch(row);
    if (row.state !== 'ended') store.changeSearch(row.id, { state: 'running', inLab: false });
    const ended = await trainAll(store, row, open, { signal, json: options.json ?? false });
    if (row.state !== 'ended') store.changeSearch(row.id, { state: ended ? 'ended' : 'paused' });
    return tell(store, store.findSearch(row.id), open, options);
  } finally {
    end();
    lock.release();
  }
}

interface How {
  readonly signal: AbortSignal;
  readonly json: boolean;
}

/** Whether the search has nothing left to do. */
async function trainAll(store: Store, row: SearchRow, open: OpenSearch, { signal, json }: How): Promise<boolean> {
  for (;;) {
    if (signal.aborted) return false;
    const step = nextStep(store, open, row);
    if (step.kind === 'end') return true;
    if (step.kind === 'wait') throw underWay(store, open);
    const outcome = outcomeOfSearch(store, row, open);
    const trial = outcome.trials.find(({ run }) => run === step.run.id)!;
    note(`${progressWords(outcome)}; ${trialWords(trial, outcome)}`);
    const failure = await executeShown(store, step.run, {}, { signal, targets: [], quiet: json });
    if (failure !== null && !isStopped(failure)) reportFailure(failure);
  }
}

/** A terminal executes one run at a time: what else is under way is executed elsewhere. */
function underWay(store: Store, open: OpenSearch): SluiceError {
  const runs = lookAt(store, open).flatMap(({ run, facts }) => (run && facts.life === 'training' ? [run.id] : []));
  const message = `${runs.join(', ')} of the search ${open.id} ${runs.length === 1 ? 'is' : 'are'} executed elsewhere, as by the lab: go on there, or stop it first.`;
  return new SluiceError('search-busy', message);
}

function tell(store: Store, row: SearchRow, open: OpenSearch, { json }: SearchOptions): number {
  const outcome = outcomeOfSearch(store, row, open);
  const isFound = outcome.best !== null && (outcome.goal.floor === null || outcome.trials[outcome.best].reached);
  if (json) print(JSON.stringify(outcome, null, 2));
  else print(['', ...trialLines(outcome), ...refusedLines(outcome.refused), '', outcome.verdict]);
  if (row.state === 'ended') return isFound ? 0 : exitCodes.failed;
  note(`\nPaused: ${progressWords(outcome)}. To go on: sluice search --resume ${outcome.name}`);
  return exitCodes.stopped;
}
