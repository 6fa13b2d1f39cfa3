import type { RunSummary } from '../../../main/api.ts';
import { formatBudget, formatBytes, formatDuration, formatPercent } from '../../../main/charts/formats.ts';
import type { Column } from '../../components/table.ts';
import { launchText, whenText } from '../../components/when.ts';

/** A column of the table of runs. The first ones are always there; of the others a few, until others are chosen. */
export interface RunColumn extends Column<RunSummary> {
  readonly fixed?: boolean;
  readonly byDefault?: boolean;
}

const bytesOf = ({ bytesUp, bytesDown }: RunSummary): number => bytesUp + bytesDown;

/** Seconds from its start to its end, or until now. */
function secondsOf({ startedAt, endedAt }: RunSummary): number | null {
  return startedAt === null ? null : ((endedAt ?? Date.now()) - startedAt) / 1000;
}

const shown = (value: number | null, format: (value: number) => string): string =>
  value === null ? '–' : format(value);

/** With the budget it is of, where that is a smaller one than before, as after prune. */
function bestText({ bests, bestAccuracy }: RunSummary): string {
  const budget = bests.length > 1 ? (bests.at(-1)?.budget ?? null) : null;
  return budget === null ? shown(bestAccuracy, formatPercent) : `${shown(bestAccuracy, formatPercent)} at ${budget}`;
}

export const runColumns: readonly RunColumn[] = [
  {
    name: 'number',
    label: '#',
    width: '56px',
    align: 'end',
    fixed: true,
    mostFirst: true,
    text: ({ number }) => String(number),
    order: ({ number }) => number,
  },
  { name: 'name', label: 'Name', width: 'minmax(200px, 2fr)', fixed: true, order: ({ name }) => name },
  { name: 'status', label: 'Status', width: '106px', fixed: true, order: ({ status }) => status },
  {
    name: 'best',
    label: 'Best',
    width: '104px',
    align: 'end',
    byDefault: true,
    mostFirst: true,
    text: bestText,
    order: ({ bestAccuracy }) => bestAccuracy,
  },
  {
    name: 'last',
    label: 'Last',
    width: '86px',
    align: 'end',
    mostFirst: true,
    text: ({ lastAccuracy }) => shown(lastAccuracy, formatPercent),
    order: ({ lastAccuracy }) => lastAccuracy,
  },
  {
    name: 'bytes',
    label: 'Bytes',
    width: '86px',
    align: 'end',
    byDefault: true,
    text: (run) => formatBytes(bytesOf(run)),
    order: bytesOf,
  },
  {
    name: 'budgets',
    label: 'Budgets',
    width: 'minmax(112px, 0.5fr)',
    byDefault: true,
    text: ({ budgets }) => budgets.map((budget) => (budget === null ? 'full' : String(budget))).join(' → '),
    order: ({ budgets }) => budgets.map(formatBudget).join(' '),
  },
  { name: 'method', label: 'Method', width: '124px', text: ({ method }) => method, order: ({ method }) => method },
  {
    name: 'trained on',
    label: 'Trained on',
    width: 'minmax(124px, 0.7fr)',
    byDefault: true,
    text: ({ model, dataset }) => `${model}, ${dataset}`,
    order: ({ model, dataset }) => `${dataset} ${model}`,
  },
  {
    name: 'epochs',
    label: 'Epochs',
    width: '84px',
    align: 'end',
    text: ({ epochsDone, epochsTotal }) => `${epochsDone} of ${epochsTotal}`,
    order: ({ epochsDone }) => epochsDone,
  },
  {
    name: 'speed',
    label: 'Samples/s',
    width: '92px',
    align: 'end',
    mostFirst: true,
    text: ({ samplesPerSecond }) => shown(samplesPerSecond, (speed) => speed.toFixed(0)),
    order: ({ samplesPerSecond }) => samplesPerSecond,
  },
  {
    name: 'took',
    label: 'Took',
    width: '84px',
    align: 'end',
    text: (run) => shown(secondsOf(run), formatDuration),
    order: secondsOf,
  },
  {
    name: 'seed',
    label: 'Seed',
    width: '68px',
    align: 'end',
    text: ({ seed }) => String(seed),
    order: ({ seed }) => seed,
  },
  {
    name: 'group',
    label: 'Launch',
    width: 'minmax(176px, 0.8fr)',
    text: ({ group }) => launchText(group),
    order: ({ group }) => group,
  },
  { name: 'engine', label: 'Engine', width: 'minmax(120px, 1fr)', text: ({ engine }) => engine ?? '–' },
  { name: 'tags', label: 'Tags', width: 'minmax(96px, 1fr)', byDefault: true, order: ({ tags }) => tags[0] ?? null },
  {
    name: 'created',
    label: 'Created',
    width: '104px',
    align: 'end',
    byDefault: true,
    mostFirst: true,
    text: ({ createdAt }) => whenText(createdAt),
    order: ({ createdAt }) => createdAt,
  },
];

export const defaultColumns: readonly string[] = runColumns
  .filter((column) => column.byDefault)
  .map(({ name }) => name);

/** Those that are always there and those chosen, in their order. */
export function chosenColumns(chosen: readonly string[]): RunColumn[] {
  return runColumns.filter(({ fixed, name }) => fixed || chosen.includes(name));
}
