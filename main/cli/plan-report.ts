import { formatBytes, formatNumber, formatSeconds, formatSpan } from '../charts/formats.ts';
import type { Goal, PlanChoices } from '../planning/choices.ts';
import type { Circumstances } from '../planning/costs.ts';
import type { MachineTimes } from '../planning/known-times.ts';
import type { TimedSchedule } from '../planning/schedule.ts';
import type { SimulatedSources } from '../planning/sources.ts';
import type { ServerMeasured } from '../planning/time-server.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { factLines, tableLines } from './format.ts';
import type { PlanOptions } from './plan-experiment.ts';
import { choiceTable, codecWords, scheduleTable, sourcesTable } from './plan-tables.ts';

/** What a plan came to. */
export interface Planned {
  readonly experiment: Experiment;
  readonly at: Circumstances;
  readonly client: MachineTimes;
  readonly measured: ServerMeasured | null;
  readonly choices: PlanChoices;
  readonly schedule: TimedSchedule;
  readonly crowds: readonly SimulatedSources[];
}

/** The plan as lines of text. */
export function report(
  { experiment, at, client, measured, choices, schedule, crowds }: Planned,
  options: PlanOptions,
): string[] {
  const { machine } = client;
  const { link } = at;
  const facts: [string, string][] = [
    ['Experiment', `${experiment.name}: ${at.network.name} on ${experiment.dataset.name}, batches of ${at.batchSize}`],
    ['Client', `${machine.engine}, ${machine.device}, ${machine.detail}`],
    ...(measured ? ([['Server', measured.engine]] as [string, string][]) : []),
    [
      'Link',
      link
        ? `${formatNumber(link.up)} up, ${formatNumber(link.down)} down Mbit/s, ${formatNumber(link.rttMs)} ms`
        : 'none: this machine alone',
    ],
  ];
  const { for: goal } = options;
  return [
    ...factLines(facts),
    '',
    `What a ${goal} takes at each cut and budget, in the codec that is fastest there`,
    ...tableLines(choiceTable(choices, goal)),
    ...bestLines(choices, goal),
    '',
    `The schedule at layer ${experiment.split.layer}: ${experiment.stop ? 'at most ' : ''}` +
      `${formatSpan(schedule.seconds + schedule.testSeconds)} in all, start-up left out`,
    ...tableLines(scheduleTable(schedule)),
    ...simulationLines(crowds, at, options),
  ];
}

function bestLines({ choices, best }: PlanChoices, goal: Goal): string[] {
  if (best === null) return ['No choice keeps all limits (> is beyond one): relax a limit, or take smaller --budgets.'];
  const choice = choices[best];
  const { seconds, bytesUp, bytesDown } = choice[goal];
  return [
    `** Best: layer ${choice.layer}, budget ${choice.budget ?? 'full'}, ${codecWords(choice)}: ` +
      `${formatSeconds(seconds)} and ${formatBytes(bytesUp + bytesDown)} a ${goal}. * Best of its budget, > beyond a limit.`,
  ];
}

function simulationLines(crowds: readonly SimulatedSources[], at: Circumstances, options: PlanOptions): string[] {
  const last = crowds.at(-1);
  if (!last) return [];
  const { sources: saturatesAt, mostPerSecond } = last;
  const samples = options.requests === undefined && options.for === 'step' ? at.batchSize : 1;
  const channel = options.channel === undefined ? '' : `, one channel of ${options.channel} Mbit/s`;
  return [
    '',
    `Simulated: ${options.servers} ${options.servers === 1 ? 'server' : 'servers'}${channel}`,
    ...tableLines(sourcesTable(crowds, samples)),
    Number.isFinite(saturatesAt)
      ? `It saturates from about ${Math.ceil(saturatesAt).toLocaleString('en-US')} sources on; ${formatNumber(mostPerSecond)} a second are the most there.`
      : 'Nothing is shared that could saturate.',
  ];
}
