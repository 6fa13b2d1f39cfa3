import sharp from 'sharp';
import { expect, it } from 'vitest';
import { chartFormats, type ChartFormat } from '../../../main/api/formats.ts';
import { chartNames, kindOf, namedChart, runChartKinds } from '../../../main/charts/kinds/table.ts';
import { usualPaper } from '../../../main/charts/spec.ts';
import { exportChart } from '../../../main/exports/export.ts';
import type { ExperimentInput } from '../../../main/runs/experiment/experiment.ts';
import type { Store } from '../../../main/runs/store/store.ts';
import { trainedRun } from '../../support/run-curves.ts';
import { stepRecord } from '../../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../../support/run-store.ts';

/** Two runs that differ in their settings, one of them the full budget's for as many epochs, with steps and gates. */
function twoRuns(store: Store): string[] {
  return [0, 0.9].map((momentum) => {
    const method: ExperimentInput =
      momentum === 0
        ? { method: 'full', phases: [{ budget: 'full', epochs: 9 }] }
        : { method: 'high-compression', phases: [{ budget: 2, epochs: 9 }] };
    const { id } = trainedRun(store, { name: `momentum ${momentum}`, optimiser: { momentum }, ...method }, [0.3, 0.5]);
    const gates = (i: number) => Float32Array.of(0.1, 0.5 + i / 100, 0.9);
    store.append(
      id,
      Array.from({ length: 8 }, (_, i) => stepRecord(i, { epoch: i >> 2, budget: 2, gates: gates(i) })),
    );
    return id;
  });
}

const starts: Readonly<Record<Exclude<ChartFormat, 'csv'>, RegExp>> = { svg: /^<svg /, png: /^\x89PNG/, pdf: /^%PDF-/ };

/** One chart of each kind becomes pictures; the names of a kind differ in what is drawn, not how. */
const oneOfEach = runChartKinds.map(({ kind }) => chartNames.find((name) => kindOf(namedChart(name)!).kind === kind)!);

it.each(oneOfEach)('%s becomes a picture of every format', async (name) => {
  const store = openTestStore(temporaryFolder());
  const runs = twoRuns(store);
  const chart = namedChart(name)!;
  const paper = { ...usualPaper, ...kindOf(chart).paper.size, dpi: 72 };
  for (const { format } of chartFormats) {
    if (format === 'csv') continue;
    const { data, name: file } = await exportChart(store, { runs, chart, format, paper });
    expect(Buffer.from(data.subarray(0, 16)).toString('latin1'), format).toMatch(starts[format]);
    expect(file.endsWith(`.${format}`)).toBe(true);
    if (format !== 'png') continue;
    // Not an empty sheet: there is ink of the chart's own colours.
    const { channels } = await sharp(data).stats();
    expect(Math.max(...channels.slice(0, 3).map(({ stdev }) => stdev))).toBeGreaterThan(1);
  }
});

it('every chart becomes CSV: what it is of, a header, and a row for each point', async () => {
  const store = openTestStore(temporaryFolder());
  const runs = twoRuns(store);
  for (const name of chartNames) {
    const { data } = await exportChart(store, { runs, chart: namedChart(name)!, format: 'csv', paper: usualPaper });
    const lines = Buffer.from(data).toString('utf8').trimEnd().split('\r\n');
    const [header, ...rows] = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
    expect(lines[0], name).toMatch(/^# /);
    expect(rows.length, name).toBeGreaterThan(0);
    for (const row of rows) expect(row, name).toHaveLength(header.length);
    expect(
      header.every((cell) => /[a-z]/i.test(cell)),
      name,
    ).toBe(true);
  }
});
