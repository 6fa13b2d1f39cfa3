import { chosenOnTestSet } from '../../charts/comparison/chosen-on.ts';
import { formatSpread, measureNamed, type MeasureName } from '../../charts/comparison/measures.ts';
import { formatSooner } from '../../charts/comparison/against-scratch.ts';
import { formatSaving, type Result } from '../../charts/comparison/results.ts';
import { formatBytes, formatCorrelation, formatPercent } from '../../charts/formats.ts';
import { runNumber } from '../../runs/store/run.ts';
import type { Comparison } from './compare.ts';
import type { Curve } from './curves.ts';

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

/** A column of results: a measure, or what is made of the others. */
interface ResultColumn extends Omit<Column, 'align'> {
  readonly text: (result: Result) => string;
}

/** What trainings achieved and what they cost, the seeds of an experiment as mean ± standard deviation. */
export function comparisonTable(curves: readonly Curve[], { results, questions }: Comparison): Table {
  const numbers = new Map(curves.map(({ run }) => [run.id, runNumber(run)]));
  const measured = (name: MeasureName, title: string, dispensable = false): ResultColumn => ({
    title,
    dispensable,
    text: ({ values }) => formatSpread(measureNamed(name), values[name]),
  });
  const shown = [
    measured('best', 'best'),
    measured('last', 'last'),
    measured('epochs', 'epochs', true),
    measured('bestEpochs', 'to best'),
    measured('up', 'up', true),
    measured('down', 'down', true),
    measured('total', 'bytes'),
    measured('priceEpochs', 'epochs to it', true),
    measured('price', `to ${formatPercent(questions.reach)}`),
    { title: 'bytes to it', text: ({ saving }: Result) => formatSaving(saving) },
    ...(results.some(({ scratch }) => scratch) ? [soonerColumn] : []),
    measured('speed', 'samples/s', true),
    ...(results.some(({ values }) => values.leakage) ? [measured('leakage', 'dist. corr.')] : []),
  ];
  return {
    columns: columns(shown),
    rows: results.map((result) => [
      numbersText(result.trainings.map(({ run }) => numbers.get(run)!)),
      result.label,
      ...shown.map(({ text }) => text(result)),
    ]),
  };
}

const soonerColumn: ResultColumn = {
  title: 'than from scratch',
  text: ({ scratch }) => formatSooner(scratch),
};

/** Runs as commands take them: `4`, `4..6`, `4, 7`. */
function numbersText(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  return sorted.length > 2 && last - first === sorted.length - 1 ? `${first}..${last}` : sorted.join(', ');
}

/** The model set: what each budget's pair achieved as it was kept, and what it sends. `null` when no run made several. */
export function pairTable(curves: readonly Curve[]): Table | null {
  const made = curves.flatMap(({ run, training, pair }) => (pair ? [{ run, training, pair }] : []));
  if (!curves.some(({ run }) => made.filter((other) => other.run.id === run.id).length > 1)) return null;
  const leaks = made.some(({ pair }) => !Number.isNaN(pair.distanceCorrelation));
  return {
    columns: columns(['accuracy', 'bytes/sample', ...(leaks ? ['dist. corr.'] : [])].map((title) => ({ title }))),
    rows: made.map(({ run, training: { label }, pair: { testAccuracy, bytesPerSample, distanceCorrelation } }) => [
      String(runNumber(run)),
      label,
      formatPercent(testAccuracy),
      formatBytes(bytesPerSample),
      ...(leaks ? [formatCorrelation(distanceCorrelation)] : []),
    ]),
  };
}

/** Runs and names, then numbers. */
function columns(numbers: readonly Omit<Column, 'align'>[]): Column[] {
  return [
    { title: '#', align: 'right' },
    { title: 'run', align: 'left' },
    ...numbers.map(({ title, dispensable = false }): Column => ({ title, align: 'right', dispensable })),
  ];
}

/** What the columns of a comparison count, and against what. */
export function comparisonNotes({ questions, baseline, results }: Comparison): string[] {
  const reach = formatPercent(questions.reach);
  const base = baseline
    ? ` Fewer bytes: how many times those to ${reach} go into those that ${baseline.label}, which sends most, takes to it.`
    : '';
  const sooner = results.some(({ scratch }) => scratch)
    ? ' Fewer epochs: to the best accuracy that it and the same pair from scratch both reach, in epochs of its own training.'
    : '';
  const chosen = chosenOnTestSet(results.flatMap(({ trainings }) => trainings));
  const choice = chosen ? ` ${chosen}` : ' The best is chosen on the images held out for validation.';
  return [
    `Accuracy on the test set: at best and in the last epoch, never of another budget than the training ends with. ` +
      `Epochs and bytes count from the pair before, or from new weights.${choice}${base}${sooner}`,
  ];
}
