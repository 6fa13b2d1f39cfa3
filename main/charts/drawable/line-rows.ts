import type { Row } from '../kinds/kind.ts';
import type { LineChartSpec, LinesData } from '../kinds/lines.ts';
import { linesOf } from './lines.ts';
import { placesWithin } from './sample.ts';

/** One table for all kinds of series, of what was measured and of what is drawn of it. */
export function* lineRows(data: LinesData, chart: LineChartSpec): Generator<Row> {
  const { trainings, lines, planned, range } = data;
  yield ['training', 'run', 'family', 'series', chart.x, chart.metric];
  yield* measuredRows(data, chart, { measured: 'measured', smoothed: 'smoothed' });
  for (const metric of trainings.length === 1 ? (chart.beside ?? []) : []) {
    yield* measuredRows(data, { ...chart, metric }, { measured: metric, smoothed: `${metric}, smoothed` });
  }
  for (const { family, x, y, band } of lines) {
    if (!band) continue;
    for (const [series, values] of Object.entries({ mean: y, ...band })) {
      for (const [i, place] of placesWithin(x, range)) yield ['', '', family, series, place, values[i]];
    }
  }
  for (const { name, x, y } of planned) {
    if (name === '') continue;
    for (const [i, place] of placesWithin(x, range)) yield ['', '', '', name, place, y[i]];
  }
}

/** What was measured of every training and, where it is smoothed, what is drawn of it, under these names. */
function* measuredRows(
  { trainings, range }: LinesData,
  chart: LineChartSpec,
  names: { readonly measured: string; readonly smoothed: string },
): Generator<Row> {
  for (const { label, run, family, x, y, raw } of linesOf(trainings, { ...chart, seedsAsBand: false })) {
    for (const [i, place] of placesWithin(x, range)) yield [label, run, family, names.measured, place, (raw ?? y)[i]];
    if (!raw) continue;
    for (const [i, place] of placesWithin(x, range)) yield [label, run, family, names.smoothed, place, y[i]];
  }
}
