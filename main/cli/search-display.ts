import type { SearchOutcome, SearchPlan, SearchTrial } from '../api.ts';
import { formatSetting } from '../charts/differing.ts';
import { formatBytes, formatPercent, formatSpan } from '../charts/formats.ts';
import type { Table } from '../exports/tables/comparison-table.ts';
import { runNumber } from '../runs/store/run.ts';
import type { RefusedPoint } from '../api.ts';
import { pointWords } from '../runs/sweep/points.ts';
import { tableLines, wrap } from './format.ts';

const left = { align: 'left' as const };
const right = { align: 'right' as const };

/** Every trial with what came of it, the best marked. */
export function trialLines({ trials, settings, best, goal }: SearchOutcome): string[] {
  const begun = trials.filter(({ asked }) => asked !== null).sort(byWorth);
  const table: Table = {
    columns: [
      { title: '', ...left },
      { title: 'run', ...right },
      ...settings.map((title) => ({ title, ...left })),
      { title: 'rung', ...right },
      { title: 'epochs', ...right, dispensable: true },
      { title: 'sent', ...right, dispensable: true },
      { title: 'accuracy', ...right },
      { title: 'for', ...right },
      { title: '', ...left },
    ],
    rows: begun.map((trial) => [
      trial.number === best ? '*' : '',
      trial.run === null ? '–' : String(runNumber({ id: trial.run })),
      ...settings.map((name) => formatSetting(trial.values[name])),
      trial.rung === null ? '–' : `${trial.rung + 1}/${goal.rungs.length + 1}`,
      `${trial.epochs}/${trial.plannedEpochs}`,
      formatBytes(trial.bytes),
      trial.accuracy === null ? '–' : formatPercent(trial.accuracy),
      trial.accuracyBytes === null ? '–' : formatBytes(trial.accuracyBytes),
      stateWords(trial),
    ]),
  };
  const unbegun = trials.filter(({ asked, state }) => asked === null && state === 'over').length;
  const words = `${unbegun} ${unbegun === 1 ? 'point was' : 'points were'} not begun: their first epoch alone sends as much.`;
  return [...tableLines(table), ...(unbegun > 0 ? ['', words] : [])];
}

/** What reached the floor first, the cheapest before the others; then by accuracy. */
function byWorth(a: SearchTrial, b: SearchTrial): number {
  if (a.reached !== b.reached) return a.reached ? -1 : 1;
  const [cheaper, better] = [(a.accuracyBytes ?? 0) - (b.accuracyBytes ?? 0), (b.accuracy ?? 0) - (a.accuracy ?? 0)];
  return a.reached ? cheaper : better || cheaper;
}

function stateWords({ state, reached, reason, epochs, plannedEpochs }: SearchTrial): string {
  if (reached) return 'reaches the floor';
  if (state === 'failed') return reason ?? 'failed';
  return {
    new: '',
    busy: 'under way',
    resting: 'stopped at its rung',
    over: epochs < plannedEpochs ? 'could only be dearer' : 'trained to its end',
  }[state];
}

/** How far a search is, and about how long it takes still. */
export function progressWords({ trials, bytes, secondsLeft }: SearchOutcome): string {
  const begun = trials.filter(({ asked }) => asked !== null).length;
  const time = secondsLeft === null ? '' : `, about ${formatSpan(secondsLeft)} left`;
  return `${begun} of ${trials.length} points begun, ${formatBytes(bytes)} sent${time}`;
}

/** Which trial goes on, and until where. */
export function trialWords({ values, asked }: SearchTrial, { goal }: SearchOutcome): string {
  const rungs = goal.rungs.length + 1;
  const limit = goal.rungs[asked ?? 0];
  const until = limit === undefined ? 'its end' : goal.unit === 'bytes' ? formatBytes(limit) : `${limit} epochs`;
  return `${pointWords(values)}: to rung ${(asked ?? 0) + 1} of ${rungs}, ${until}`;
}

/** What a search would do. */
export function searchPlanLines({ goal, points, refused, mostBytes }: SearchPlan): string[] {
  const told = goal.rungs.map((rung) => (goal.unit === 'bytes' ? formatBytes(rung) : `${rung} epochs`));
  const table: Table = {
    columns: [
      { title: 'point', ...left },
      { title: 'first epoch', ...right },
      { title: 'at most', ...right },
      { title: 'first rung', ...right },
    ],
    rows: points.map(({ values, firstEpoch, bytes, entry }) => [
      pointWords(values),
      formatBytes(firstEpoch),
      formatBytes(bytes),
      told[entry] ?? 'its end',
    ]),
  };
  const all = `${points.length} ${points.length === 1 ? 'point' : 'points'}, at most ${formatBytes(mostBytes)} in all`;
  return [
    ...tableLines(table),
    ...refusedLines(refused),
    '',
    ...wrap(`Rungs: ${[...told, 'the end'].join(', ')}; of each the best 1/${goal.reduction} go on.`),
    `${all}. Nothing was started.`,
  ];
}

/** Points that are left out, those for one reason together. */
export function refusedLines(refused: readonly RefusedPoint[]): string[] {
  const groups = new Map<string, RefusedPoint[]>();
  for (const point of refused) groups.set(point.reason, [...(groups.get(point.reason) ?? []), point]);
  if (groups.size === 0) return [];
  const lines = [...groups].map(([reason, points]) => {
    const more = points.length > 1 ? ` and ${points.length - 1} more` : '';
    return `  ${pointWords(points[0].values)}${more}: ${reason}`;
  });
  return ['', `Left out, as ${refused.length === 1 ? 'it' : 'they'} cannot be trained:`, ...lines];
}
