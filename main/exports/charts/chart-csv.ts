import { csvCell } from '../../charts/csv.ts';
import { linesOf } from '../../charts/drawable/lines.ts';
import { withPlan } from '../../charts/drawable/plan.ts';
import { parallelOf } from '../../charts/drawable/parallel.ts';
import { outcomesOf } from '../../charts/drawable/scatter.ts';
import { isSmoothable } from '../../charts/series.ts';
import type { ChartSpec, LineChartSpec, ParallelChartSpec } from '../../charts/spec.ts';
import { stepPlaces } from '../../charts/series.ts';
import { isKept } from '../../charts/drawable/gates.ts';
import type { ChartData } from './chart.ts';

/**
 * The data of a chart as CSV, all points of it: what is measured and, where it is smoothed, what is drawn. Lines that
 * begin with # say where it is from.
 */
export function chartCsv(data: ChartData, chart: ChartSpec, provenance: readonly string[]): string {
  const about = [...provenance, ...notes(chart), ...sourceNote(data), ...rangeNote(data, chart)];
  const rows = [...rowsOf(data, chart)].map((row) => row.map(csvCell).join(','));
  return [...about.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}`), ...rows, ''].join('\r\n');
}

function notes(chart: ChartSpec): string[] {
  if (chart.kind !== 'lines') return [];
  return [
    ...(isSmoothable(chart.metric) && chart.smoothing > 0
      ? [`smoothed: debiased exponential moving average of weight ${chart.smoothing}`]
      : ['not smoothed']),
    ...(chart.seedsAsBand ? ['mean, least and most: over the seeds of a family, interpolated between points'] : []),
    'not sampled: pictures show at every place on the x axis the least, the greatest and the last point',
  ];
}

function sourceNote({ source }: ChartData): string[] {
  return typeof source === 'number' ? [`data source ${source + 1} alone`] : [];
}

function rangeNote({ range }: ChartData, chart: ChartSpec): string[] {
  if (!range || (chart.kind !== 'lines' && chart.kind !== 'step-time')) return [];
  return [`a part: ${chart.x} from ${range[0]} to ${range[1]}`];
}

type Row = readonly (string | number)[];

function* rowsOf(data: ChartData, chart: ChartSpec): Generator<Row> {
  const { trainings, gates } = data;
  switch (chart.kind) {
    case 'lines':
      yield* lineRows(data, chart);
      return;
    case 'parallel':
      yield* parallelRows(data, chart);
      return;
    case 'scatter':
      yield ['training', 'run', 'family', chart.x, chart.y];
      for (const { label, run, family, cost, gain } of outcomesOf(trainings, chart))
        yield [label, run, family, cost, gain];
      return;
    case 'gates':
      yield ['step', 'epoch', 'budget', 'map', 'f', 'sent'];
      for (const [moment, step] of gates!.steps.entries()) {
        const budget = Number.isNaN(gates!.budgets[moment]) ? 'full' : gates!.budgets[moment];
        for (let map = 0; map < gates!.maps; map++) {
          const f = gates!.values[moment * gates!.maps + map];
          yield [step, gates!.epochs[moment], budget, map, f, isKept(gates!, moment, map) ? 1 : 0];
        }
      }
      return;
    case 'step-time': {
      yield [chart.x, 'clientSeconds', 'wireSeconds', 'serverSeconds', 'waitSeconds'];
      const { steps, epochs } = trainings[0];
      const places = stepPlaces(steps, epochs, chart.x);
      for (const [i, place] of placesWithin(places, data.range)) {
        yield [place, steps.clientSeconds[i], steps.wireSeconds[i], steps.serverSeconds[i], steps.waitSeconds[i]];
      }
    }
  }
}

/** One table for all kinds of series, of what was measured and of what is drawn of it. */
function* lineRows(data: ChartData, chart: LineChartSpec): Generator<Row> {
  const { trainings, range } = data;
  yield ['training', 'run', 'family', 'series', chart.x, chart.metric];
  yield* measuredRows(data, chart, { measured: 'measured', smoothed: 'smoothed' });
  for (const metric of trainings.length === 1 ? (chart.beside ?? []) : []) {
    yield* measuredRows(data, { ...chart, metric }, { measured: metric, smoothed: `${metric}, smoothed` });
  }
  for (const { family, x, y, band } of chart.seedsAsBand ? linesOf(trainings, chart) : []) {
    if (!band) continue;
    for (const [series, values] of Object.entries({ mean: y, ...band })) {
      for (const [i, place] of placesWithin(x, range)) yield ['', '', family, series, place, values[i]];
    }
  }
  for (const { name, x, y } of withPlan(linesOf(trainings, chart), data.plan, chart, data.source).planned) {
    if (name === '') continue;
    for (const [i, place] of placesWithin(x, range)) yield ['', '', '', name, place, y[i]];
  }
}

/** What was measured of every training and, where it is smoothed, what is drawn of it, under these names. */
function* measuredRows(
  { trainings, range }: ChartData,
  chart: LineChartSpec,
  names: { readonly measured: string; readonly smoothed: string },
): Generator<Row> {
  for (const { label, run, family, x, y, raw } of linesOf(trainings, { ...chart, seedsAsBand: false })) {
    for (const [i, place] of placesWithin(x, range)) yield [label, run, family, names.measured, place, (raw ?? y)[i]];
    if (!raw) continue;
    for (const [i, place] of placesWithin(x, range)) yield [label, run, family, names.smoothed, place, y[i]];
  }
}

/** The places of a line that lie in a range, each with its index. */
function* placesWithin(x: Float64Array, range: ChartData['range']): Generator<[index: number, place: number]> {
  for (const [i, place] of x.entries()) {
    if (!range || (place >= range[0] && place <= range[1])) yield [i, place];
  }
}

/** Numbers as they are, all else by name; a training has no result before its first epoch. */
function* parallelRows({ trainings, differences }: ChartData, chart: ParallelChartSpec): Generator<Row> {
  const { axes, rows } = parallelOf(trainings, differences!, chart.seedsTogether);
  const { brushed } = chart;
  yield ['training', ...axes.map(({ name }) => name), ...(brushed ? ['brushed'] : [])];
  for (const { id, label, values } of rows) {
    const cells = axes.map(
      ({ categories }, i) => categories?.[values[i]] ?? (Number.isNaN(values[i]) ? '' : values[i]),
    );
    yield [label, ...cells, ...(brushed ? [brushed.includes(id) ? 1 : 0] : [])];
  }
}
