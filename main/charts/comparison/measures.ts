import { accuracyWithin, bestOf, bytesBy, reachedBy, throughput } from '../achievement.ts';
import type { EpochData } from '../data.ts';
import { formatBytes, formatCorrelation, formatDuration, formatNumber, formatPercent } from '../formats.ts';
import type { Spread } from './spread.ts';

/** What is asked of all trainings: their accuracy within so many bytes, and the price of an accuracy. */
export interface Questions {
  readonly bytes: number;
  readonly reach: number;
}

/** Something a training achieved or paid. */
export interface Measure {
  readonly name: MeasureName;
  /** Over a column. */
  readonly label: (questions: Questions) => string;
  /** Of a training that has finished an epoch. */
  readonly of: (epochs: readonly EpochData[], questions: Questions) => number | null;
  readonly kind: Kind;
  readonly moreIsBetter?: boolean;
  /** Left out of tables in which nobody has it. */
  readonly optional?: boolean;
}

export type MeasureName =
  | 'best'
  | 'last'
  | 'bestEpochs'
  | 'bestBytes'
  | 'within'
  | 'price'
  | 'priceEpochs'
  | 'up'
  | 'down'
  | 'total'
  | 'speed'
  | 'epochs'
  | 'seconds'
  | 'leakage';

type Kind = 'share' | 'bytes' | 'count' | 'number' | 'seconds' | 'correlation';

export const measures: readonly Measure[] = [
  {
    name: 'best',
    label: () => 'Best',
    kind: 'share',
    moreIsBetter: true,
    of: (epochs) => bestOf(epochs).accuracy,
  },
  {
    name: 'last',
    label: () => 'Last',
    kind: 'share',
    moreIsBetter: true,
    of: (epochs) => epochs.at(-1)?.testAccuracy ?? null,
  },
  { name: 'bestEpochs', label: () => 'Epochs to best', kind: 'count', of: (epochs) => bestOf(epochs).epochs },
  { name: 'bestBytes', label: () => 'Bytes to best', kind: 'bytes', of: (epochs) => bestOf(epochs).bytes },
  {
    name: 'within',
    label: ({ bytes }) => `At ${formatBytes(bytes)}`,
    kind: 'share',
    moreIsBetter: true,
    of: (epochs, { bytes }) => accuracyWithin(epochs, bytes),
  },
  {
    name: 'price',
    label: ({ reach }) => `Bytes to ${formatPercent(reach)}`,
    kind: 'bytes',
    of: (epochs, { reach }) => reachedBy(epochs, reach)?.bytes ?? null,
  },
  {
    name: 'priceEpochs',
    label: ({ reach }) => `Epochs to ${formatPercent(reach)}`,
    kind: 'count',
    of: (epochs, { reach }) => reachedBy(epochs, reach)?.epochs ?? null,
  },
  { name: 'up', label: () => 'Up', kind: 'bytes', of: (epochs) => epochs.at(-1)?.bytesUp ?? null },
  { name: 'down', label: () => 'Down', kind: 'bytes', of: (epochs) => epochs.at(-1)?.bytesDown ?? null },
  { name: 'total', label: () => 'Both ways', kind: 'bytes', of: (epochs) => bytesBy(epochs.at(-1)) },
  {
    name: 'speed',
    label: () => 'Samples/s',
    kind: 'number',
    moreIsBetter: true,
    of: (epochs) => throughput(epochs),
  },
  { name: 'epochs', label: () => 'Epochs', kind: 'count', of: (epochs) => epochs.length },
  { name: 'seconds', label: () => 'Time in training', kind: 'seconds', of: (epochs) => epochs.at(-1)?.seconds ?? null },
  {
    name: 'leakage',
    label: () => 'Distance corr.',
    kind: 'correlation',
    optional: true,
    of: (epochs) => epochs.at(-1)?.distanceCorrelation ?? null,
  },
];

/** Those that tables of such results have columns for. */
export function shownMeasures(
  results: readonly { readonly values: Readonly<Record<MeasureName, Spread | null>> }[],
): readonly Measure[] {
  return measures.filter(({ name, optional }) => !optional || results.some(({ values }) => values[name] !== null));
}

/** A measure by its name. */
export function measureNamed(name: MeasureName): Measure {
  return measures.find((each) => each.name === name)!;
}

const formats: Readonly<Record<Kind, (value: number) => string>> = {
  share: formatPercent,
  bytes: formatBytes,
  count: (value) => String(Number(value.toFixed(1))),
  number: formatNumber,
  seconds: formatDuration,
  correlation: formatCorrelation,
};

/** `57.8 %`, of several seeds `57.8 ± 0.4 %`; `–` where there is none, and how many got there when not all did. */
export function formatSpread({ kind }: Pick<Measure, 'kind'>, spread: Spread | null): string {
  if (!spread) return '–';
  const { mean, deviation, count, of } = spread;
  const some = count < of ? ` (${count} of ${of})` : '';
  return `${withDeviation(kind, mean, deviation)}${some}`;
}

/** Both in the unit of the mean; a deviation that would be written as zero is left out. */
function withDeviation(kind: Kind, mean: number, deviation: number | null): string {
  const text = formats[kind](mean);
  if (deviation === null) return text;
  const [figure = '', unit = ''] = text.split(' ');
  const scale = { share: 100, bytes: Number(figure) / mean, count: 1, number: 1, seconds: 1, correlation: 1 }[kind];
  const digits =
    Math.min(figure.split('.')[1]?.length ?? 0, kind === 'correlation' ? 3 : 2) || (kind === 'count' ? 1 : 0);
  const whole = kind === 'count' ? mean.toFixed(1) : figure;
  const by = kind === 'seconds' ? formatDuration(deviation) : (deviation * scale).toFixed(digits);
  if (/^[0.:]*$/.test(by) || by === 'NaN') return text;
  return `${whole} ± ${by}${unit && ` ${unit}`}`;
}
