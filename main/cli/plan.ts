import { Option, type Command } from 'commander';
import type { OnProgress } from '../data/progress.ts';
import { defaultThreads } from '../engine/threads.ts';
import { engineChoices } from '../engine/choices.ts';
import { SluiceError } from '../errors.ts';
import { networkNames } from '../model/zoo.ts';
import type { ServerAddress } from '../offload/client/dial.ts';
import { linkPresets } from '../offload/link/link.ts';
import { planChoices, type PlanChoices } from '../planning/choices.ts';
import { requestCost, stepCost, type Circumstances } from '../planning/costs.ts';
import type { MachineTimes, TimesRequest } from '../planning/known-times.ts';
import { circumstancesOf, plannedCodecs, timesRequest } from '../planning/of-experiment.ts';
import { timedSchedule } from '../planning/schedule.ts';
import { simulateSources, type SimulatedSources } from '../planning/sources.ts';
import type { ServerMeasured } from '../planning/time-server.ts';
import { runTask } from '../processes/task/run-task.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { limitedBudgets, phasesAt } from '../runs/experiment/budgets.ts';
import { featuresAt } from '../runs/experiment/features.ts';
import { codecSettings } from '../training/controller.ts';
import { bitRate, budgets, byteSize, collect, count, counts, duration, number } from './arguments.ts';
import { withProgress } from './data-progress.ts';
import { print } from './format.ts';
import { addAccessOptions, addressOf } from './network.ts';
import { experimentOf, imagesOf, type PlanOptions } from './plan-experiment.ts';
import { report } from './plan-report.ts';
import { choicesCsv } from './plan-tables.ts';

/** `plan`. */
export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .summary('predict bytes and time of every cut, budget and codec, and find the best')
    .description(
      'Predicts the bytes and seconds of a training step and of an inference request for every cut, budget and codec of an ' +
        'experiment, from times of its layers that are measured once on this machine, and marks the best within limits. With ' +
        '--sources it simulates many of them with their channel and servers.',
    )
    .argument(
      '<experiment.json|preset|network>',
      `for example my-experiment.json, figure-8, or ${networkNames.join(', ')}`,
    )
    .option('--small', 'the variant of a preset that finishes in minutes on two cores')
    .option('--experiment <name>', 'which experiment of several; the first unless given')
    .option('--set <path=value>', 'change a field of the experiment; may be given several times', collect)
    .option('--link <link>', `${Object.keys(linkPresets).join(', ')}, none, or up/down/round trip such as 15/40/45ms`)
    .addOption(new Option('--engine <engine>', 'what computes').choices(engineChoices))
    .option('--threads <count>', 'threads of the cpu engine; all cores unless given', count)
    .option('--server <url>', 'measure the server half, and the way there, at the offload server at wss://host:port');
  addAccessOptions(command, 'that server', 'the token')
    .addOption(
      new Option('--for <what>', 'what is to be fast, and is limited').choices(['step', 'request']).default('step'),
    )
    .option('--budgets <list>', 'budgets to plan for (those of the schedule, and full)', budgets)
    .option('--limit-latency <time>', 'no more than so long for it, for example 50ms', duration)
    .option('--limit-bytes <size>', 'no more than so much sent for it, for example 20kB', byteSize)
    .option('--limit-memory <size>', 'no more memory on the client, for example 64MB', byteSize)
    .option('--sources <list>', 'simulate so many data sources at once, for example 1,10,1000', counts)
    .option('--servers <count>', 'servers that they share', count, 1)
    .option('--channel <rate>', 'the one channel that all of them share, for example 100mbit', bitRate)
    .option(
      '--requests <per second>',
      'simulate requests that come by themselves, so many a second at each source',
      number,
    )
    .option('--json', 'print one JSON document')
    .option('--csv', 'print every choice as CSV')
    .addHelpText(
      'after',
      `
Examples:
  sluice plan vgg11 --link lte --budgets 4,16
  sluice plan figure-8 --for request --limit-latency 50ms --limit-memory 8MB
  sluice plan my-experiment.json --sources 1,10,1000 --servers 2 --channel 100mbit`,
    )
    .action(plan);
}

async function plan(what: string, options: PlanOptions): Promise<void> {
  if (options.json && options.csv) throw new SluiceError('bad-usage', 'Give --json or --csv, not both.');
  requireSources(options);
  const server = options.server === undefined ? null : addressOf('--server', options.server, options);
  const experiment = experimentOf(what, options);
  const info = imagesOf(experiment);
  const client = await timesHere(timesRequest(experiment, info, 'client'));
  const measured = server ? await timesThere(server, timesRequest(experiment, info, 'server')) : null;
  const there = measured?.times ?? (await timesHere(timesRequest(experiment, info, 'server')));
  const own = circumstancesOf(experiment, info, client, there);
  const at = measured && options.link === undefined && !own.link ? { ...own, link: measured.link } : own;
  const choices = choicesOf(experiment, at, options);
  const schedule = timedSchedule(experiment, info, at, measured ? null : defaultThreads());
  const crowds = (options.sources ?? []).map((sources) => crowd(experiment, at, options, sources));
  if (options.csv) {
    print(choicesCsv(choices));
    return;
  }
  if (options.json) {
    const { machine, busyCores } = client;
    const about = { experiment, link: at.link, machine, busyCores, server: measured?.engine ?? null };
    print(JSON.stringify({ ...about, goal: options.for, ...choices, schedule, simulated: crowds }, null, 2));
    return;
  }
  print(report({ experiment, at, client, measured, choices, schedule, crowds }, options));
}

function requireSources({ sources, channel, requests, servers }: PlanOptions): void {
  if (sources) return;
  const [alone] = Object.entries({ channel, requests }).find(([, value]) => value !== undefined) ?? [];
  if (alone !== undefined) throw new SluiceError('bad-usage', `--${alone} is for a simulation: give --sources, too.`);
  if (servers > 1) throw new SluiceError('bad-usage', '--servers is for a simulation: give --sources, too.');
}

function choicesOf(experiment: Experiment, at: Circumstances, options: PlanOptions): PlanChoices {
  const scheduled = limitedBudgets(phasesAt(experiment, featuresAt(at.network, experiment.split)));
  return planChoices(at, {
    module: experiment.split.module,
    budgets: [...new Set(options.budgets ?? scheduled)].sort((a, b) => a - b),
    codecs: plannedCodecs(experiment),
    goal: options.for,
    limits: { seconds: options.limitLatency, bytes: options.limitBytes, memoryBytes: options.limitMemory },
  });
}

/** So many sources with the first phase of the experiment, or its requests. */
function crowd(experiment: Experiment, at: Circumstances, options: PlanOptions, sources: number): SimulatedSources {
  const { channel, servers, requests } = options;
  const link = channel === undefined ? at.link : { ...(at.link ?? noDelay), up: channel, down: channel, shared: true };
  const linked = { ...at, link };
  const features = featuresAt(at.network, experiment.split);
  const [{ budget, own }] = phasesAt(experiment, features);
  const [, , maps] = features.sent;
  const isFull = budget === 'full' || budget >= maps || !experiment.split.module;
  const codecs = { ...codecSettings(experiment.codec), own };
  const choice = { cut: experiment.split, budget: isFull ? null : budget, codecs };
  const isStep = options.for === 'step' && requests === undefined;
  const arrivals = requests === undefined ? 'closed' : { perSecond: requests };
  const cost = isStep ? stepCost(choice, linked) : requestCost(choice, linked);
  return simulateSources(linked, cost, { sources, servers, arrivals }, experiment.seeds[0]);
}

const noDelay = { rttMs: 0, jitterMs: 0, loss: 0 };

/** Times of this machine, which a process of its own takes where they are not known. */
function timesHere(request: TimesRequest): Promise<MachineTimes> {
  return watched((onProgress) => runTask('times', request, { onProgress }));
}

async function timesThere(server: ServerAddress, request: TimesRequest): Promise<ServerMeasured> {
  const { timeServer } = await import('../planning/time-server.ts');
  return watched((onProgress) =>
    timeServer(server, request, (done, total) =>
      onProgress({ step: 'time', item: server.url, done, total, unit: 'pieces' }),
    ),
  );
}

/** Elsewhere than on a terminal what is printed is the plan alone. */
function watched<T>(work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const interrupted = 'Interrupted: what was not timed to the end is timed again the next time.';
  return process.stdout.isTTY ? withProgress(interrupted, work) : work(() => undefined);
}
