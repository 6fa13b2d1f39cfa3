import { createHash } from 'node:crypto';
import type { ChartExport, ExportedFile, RunExport } from '../api.ts';
import type { SourceView } from '../charts/data.ts';
import { drawnTrainings } from '../charts/drawable/looks.ts';
import { chartName } from '../charts/names.ts';
import type { ChartSpec } from '../charts/spec.ts';
import { SluiceError } from '../errors.ts';
import { curvesOf } from './tables/curves.ts';
import { exportCsv, exportJson } from './tables/export.ts';
import { renderReport } from './report/report.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { version } from '../version.ts';
import { chartCsv } from './charts/chart-csv.ts';
import { chartData, drawChart, readTrainings } from './charts/chart.ts';
import { zipRuns } from './archive/zip.ts';

const types = {
  svg: 'image/svg+xml',
  png: 'image/png',
  pdf: 'application/pdf',
  csv: 'text/csv',
  json: 'application/json',
  html: 'text/html',
  zip: 'application/zip',
} as const;

/** A chart of runs as a file. Throws `run-unknown`, `source-unknown`, `nothing-to-draw` and `font-unknown`. */
export async function exportChart(
  store: Store,
  { runs, chart, format, paper, range, trainings: looks, source = 'all' }: ChartExport,
): Promise<ExportedFile> {
  const named = runs.map((id) => store.find(id));
  const all = readTrainings(store, named, viewOf(chart, source));
  const trainings = looks ? drawnTrainings(all, looks) : all;
  const shown = named.filter(({ id }) => trainings.some(({ run }) => run === id));
  const data = { ...chartData(store, trainings, chart, { ...(range && { range }), source }), ...(looks && { looks }) };
  const content =
    format === 'csv' ? encode(chartCsv(data, chart, provenance(shown))) : await drawChart(data, chart, paper, format);
  return file(shown, chartName(chart), format, content);
}

/** Stacks for each source would lie upon one another: their mean stands for them. */
function viewOf({ kind }: ChartSpec, source: SourceView): SourceView {
  if (kind === 'gates' && source !== 'all') {
    throw new SluiceError('bad-input', 'Only the gate of the first data source is kept. Leave the source out.', {
      path: 'source',
    });
  }
  return kind === 'step-time' && source === 'each' ? 'all' : source;
}

/** Runs as a file: their records, a comparison, or everything about them. Throws `run-unknown`. */
export async function exportRuns(
  store: Store,
  { runs, format, checkpoints = false, reach }: RunExport,
): Promise<ExportedFile> {
  const shown = runs.map((id) => store.find(id));
  switch (format) {
    case 'zip':
      return file(shown, '', format, await zipRuns(store, shown, checkpoints));
    case 'csv':
      return file(shown, 'epochs', format, encode(epochsCsv(store, shown)));
    case 'json': {
      const documents = shown.map((run) => [...exportJson(store, run)].join('').trimEnd());
      return file(shown, '', format, encode(shown.length === 1 ? `${documents[0]}\n` : `[${documents.join(',\n')}]\n`));
    }
    case 'html': {
      const title = shown.length === 1 ? shown[0].name : `${shown.length} runs compared`;
      const asked = { title, madeAt: new Date(), ...(reach !== undefined && { reach }) };
      const report = renderReport(curvesOf(store, shown), asked);
      return file(shown, 'report', format, encode(report));
    }
  }
}

function epochsCsv(store: Store, runs: readonly Run[]): string {
  return runs.flatMap((run, i) => [...exportCsv(store, run, 'epochs')].slice(i === 0 ? 0 : 1)).join('');
}

/** Where data comes from, so that it can be had again: the software, and what each run was and was set to. */
function provenance(runs: readonly Run[]): string[] {
  const hash = ({ experiment, seed }: Run): string =>
    createHash('sha256')
      .update(JSON.stringify({ ...experiment, seeds: [seed] }))
      .digest('hex')
      .slice(0, 16);
  const lines = runs.map((run) => `run ${run.id}, seed ${run.seed}, ${run.status}, settings sha256 ${hash(run)}`);
  return [`Sluice ${version()}`, ...lines];
}

function file(runs: readonly Run[], what: string, format: keyof typeof types, data: Uint8Array): ExportedFile {
  const subject = runs.length === 1 ? runs[0].id : `${runs.length}-runs`;
  return { name: `${[subject, what].filter(Boolean).join('-')}.${format}`, type: types[format], data };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
