import { comparePairs, compareCurves } from './compare.ts';
import type { Curve } from './curves.ts';
import { runNumber } from '../../runs/store/run.ts';
import { formatBudget, formatBytes, formatNumber, formatPercent } from '../../charts/formats.ts';

/** Words in rows and columns, for a terminal or a page. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Left out where there is no room. */
  readonly dispensable?: boolean;
}

const none = '–';

/** What trainings achieved and what they cost; with `reach`, what it took to get to that accuracy. */
export function comparisonTable(curves: readonly Curve[], reach?: number): Table {
  const rows = compareCurves(curves, reach).map(({ curve, result }) => {
    const name = [String(runNumber(curve.run)), curve.label];
    if (!result) return [...name, '0', ...Array<string>(reach === undefined ? 7 : 9).fill(none)];
    const { epochs, bestAccuracy, lastAccuracy, bytesUp, bytesDown, ratio, samplesPerSecond, reached } = result;
    return [
      ...name,
      String(epochs),
      formatPercent(bestAccuracy),
      formatPercent(lastAccuracy),
      ...[bytesUp, bytesDown, bytesUp + bytesDown].map(formatBytes),
      `${formatNumber(ratio)}×`,
      formatNumber(samplesPerSecond),
      ...(reach === undefined ? [] : [reached ? String(reached.epochs) : none]),
      ...(reach === undefined ? [] : [reached ? formatBytes(reached.bytes) : none]),
    ];
  });
  const numbers = ['epochs', 'best', 'last', 'up', 'down', 'total', 'fewer', 'samples/s'];
  const goal = reach === undefined ? [] : [`epochs to ${formatPercent(reach)}`, 'bytes to it'];
  return { columns: columns([...numbers, ...goal]), rows };
}

/** The model set: what each budget's pair achieved. `null` when no training made more than one. */
export function pairTable(curves: readonly Curve[], reach?: number): Table | null {
  const pairs = comparePairs(curves, reach);
  if (!curves.some(({ run }) => pairs.filter(({ curve }) => curve.run.id === run.id).length > 1)) return null;
  const rows = pairs.map(({ curve, budget, testAccuracy, bestAccuracy, epochs, epochsToBest, ...pair }) => [
    String(runNumber(curve.run)),
    curve.label,
    formatBudget(budget),
    formatPercent(testAccuracy),
    formatPercent(bestAccuracy),
    String(epochs),
    String(epochsToBest),
    ...(reach === undefined ? [] : [String(pair.epochsToReach ?? none)]),
    formatBytes(pair.bytesPerSample),
  ]);
  const goal = reach === undefined ? [] : [`to ${formatPercent(reach)}`];
  return {
    columns: columns(['budget', 'accuracy', 'best', 'epochs', 'to best', ...goal, 'bytes/sample']),
    rows,
  };
}

const dispensable = new Set(['epochs', 'up', 'down', 'samples/s']);

/** A training's number and name, then numbers. */
function columns(numbers: readonly string[]): Column[] {
  return [
    { title: '#', align: 'right' },
    { title: 'run', align: 'left' },
    ...numbers.map((title): Column => ({ title, align: 'right', dispensable: dispensable.has(title) })),
  ];
}
