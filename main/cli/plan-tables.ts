import { formatBytes, formatNumber, formatPercent, formatSeconds, formatSpan } from '../charts/formats.ts';
import { csvCell } from '../charts/csv.ts';
import type { Table } from '../exports/tables/comparison-table.ts';
import type { Exchange } from '../planning/costs.ts';
import type { Goal, PlanChoice, PlanChoices } from '../planning/choices.ts';
import type { TimedSchedule } from '../planning/schedule.ts';
import type { SimulatedSources } from '../planning/sources.ts';

const right = 'right' as const;
const left = 'left' as const;

/** Every cut and budget in the codec that is fastest there, the best of all and of each budget marked. */
export function choiceTable(plan: PlanChoices, goal: Goal): Table {
  const titles = ['', 'cut', 'after', 'maps', 'budget', 'codec', 'up', 'down'];
  const times = ['client', 'up', 'server', 'down', goal, goal === 'step' ? 'request' : 'step'];
  return {
    columns: [
      ...titles.map((title, i) => ({
        title,
        align: i === 2 || i === 5 || i === 0 ? left : right,
        dispensable: i === 2,
      })),
      ...times.map((title, i) => ({ title, align: right, dispensable: i < 4 })),
      { title: 'memory', align: right },
    ],
    rows: plan.fastest.map((place) => row(plan, place, goal)),
  };
}

function row(plan: PlanChoices, place: number, goal: Goal): string[] {
  const choice = plan.choices[place];
  const { layer, after, sent, budget, memory } = choice;
  const { bytesUp, bytesDown, client, up, server, down, seconds } = choice[goal];
  return [
    mark(plan, place),
    String(layer),
    after,
    String(sent[2]),
    String(budget ?? 'full'),
    codecWords(choice),
    formatBytes(bytesUp),
    formatBytes(bytesDown),
    ...[client, up, server, down, seconds].map(formatSeconds),
    formatSeconds(choice[goal === 'step' ? 'request' : 'step'].seconds),
    formatBytes(goal === 'step' ? memory.training : memory.inference),
  ];
}

/** The best of all, the best of its budget, and what is beyond a limit. */
function mark({ best, bestOfBudgets, choices }: PlanChoices, place: number): string {
  if (place === best) return '**';
  if (bestOfBudgets.includes(place)) return '*';
  return choices[place].within ? '' : '>';
}

export function codecWords({ codecUp, codecDown }: Pick<PlanChoice, 'codecUp' | 'codecDown'>): string {
  return codecUp === codecDown ? codecUp : `${codecUp}, ${codecDown}`;
}

export function scheduleTable({ phases, ...total }: TimedSchedule): Table {
  const titles = ['phase', 'budget', 'epochs', 'a step', 'training', 'bytes', 'tests', 'their bytes'];
  const rows = phases.map((phase, i) => [
    String(i + 1),
    String(phase.budget ?? 'full'),
    String(phase.epochs),
    formatSeconds(phase.stepSeconds),
    ...totals(phase),
  ]);
  const epochs = phases.reduce((sum, phase) => sum + phase.epochs, 0);
  return {
    columns: titles.map((title) => ({ title, align: right })),
    rows: [...rows, ['all', '', String(epochs), '', ...totals(total)]],
  };
}

function totals({ seconds, bytes, testSeconds, testBytes }: Omit<TimedSchedule, 'phases'>): string[] {
  return [formatSpan(seconds), formatBytes(bytes), formatSpan(testSeconds), formatBytes(testBytes)];
}

export function sourcesTable(simulated: readonly SimulatedSources[], samples: number): Table {
  const titles = ['sources', 'steps/s', 'samples/s', 'a step', 'p95', 'devices', 'channel', 'servers', 'bottleneck'];
  return {
    columns: titles.map((title, i) => ({ title, align: i === 8 ? left : right })),
    rows: simulated.map(({ count, result: { perSecond, seconds, busy }, bottleneck }) => [
      count.toLocaleString('en-US'),
      formatNumber(perSecond),
      formatNumber(perSecond * samples),
      formatSeconds(seconds.mean),
      formatSeconds(seconds.p95),
      ...[busy.client, busy.channel, busy.server].map(formatPercent),
      bottleneck === 'client' ? 'the devices' : `the ${bottleneck}`,
    ]),
  };
}

const exchangeColumns = ['bytesUp', 'bytesDown', 'exact', 'client', 'up', 'server', 'down', 'seconds'] as const;

/** Every choice as a line of CSV, the first naming the columns; sizes are bytes, times seconds. */
export function choicesCsv({ choices, best, bestOfBudgets }: PlanChoices): string[] {
  const costs = (of: string): string[] => exchangeColumns.map((name) => `${of}.${name}`);
  const start = ['layer', 'after', 'maps', 'budget', 'codecUp', 'codecDown'];
  const end = ['memory.training', 'memory.inference', 'within', 'bestOfBudget', 'best'];
  const cells = (exchange: Exchange): string[] => exchangeColumns.map((name) => String(exchange[name]));
  const lines = choices.map(({ layer, after, sent, budget, codecUp, codecDown, step, request, memory, within }, i) => [
    layer,
    csvCell(after),
    sent[2],
    budget ?? 'full',
    codecUp,
    codecDown,
    ...cells(step),
    ...cells(request),
    memory.training,
    memory.inference,
    within,
    bestOfBudgets.includes(i),
    i === best,
  ]);
  return [[...start, ...costs('step'), ...costs('request'), ...end], ...lines].map((line) => line.join(','));
}
