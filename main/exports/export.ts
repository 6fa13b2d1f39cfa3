import { createHash } from 'node:crypto';
import type { ChartExport, ExportedFile, RunExport } from '../api.ts';
import { chartFormats, runFormats } from '../api/formats.ts';
import { drawnTrainings } from '../charts/drawable/looks.ts';
import { chartName } from '../charts/kinds/table.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { version } from '../version.ts';
import { chartOf, shownSources } from './charts/chart.ts';
import { readTrainings } from './charts/chart-data.ts';
import { chartExporters, runExporters, type RunsAsked } from './exporters.ts';

/** A chart of runs as a file. Throws `run-unknown`, `source-unknown`, `nothing-to-draw` and `font-unknown`. */
export async function exportChart(
  store: Store,
  {
    runs,
    chart: spec,
    format,
    paper,
    range,
    trainings: looks,
    source = 'all',
    neutralise,
  }: ChartExport & Pick<RunsAsked, 'neutralise'>,
): Promise<ExportedFile> {
  const named = runs.map((id) => store.find(id));
  const all = readTrainings(store, named, shownSources(spec, source));
  const trainings = looks ? drawnTrainings(all, looks) : all;
  const shown = named.filter(({ id }) => trainings.some(({ run }) => run === id));
  const chart = chartOf(store, trainings, spec, { looks, source, range });
  const content = await chartExporters[format](chart, { paper, provenance: provenance(shown), neutralise });
  return { ...about(shown, chartName(spec), chartFormats, format), data: encoded(content) };
}

/** Runs as a file: their records, a comparison, or everything about them. Throws `run-unknown`. */
export async function exportRuns(
  store: Store,
  { runs, format, ...asked }: RunExport & Pick<RunsAsked, 'what' | 'neutralise'>,
): Promise<ExportedFile> {
  const shown = runs.map((id) => store.find(id));
  const { suffix, write } = runExporters[format];
  const content = await write(store, shown, asked);
  const data = content instanceof Uint8Array ? content : encoded([...content].join(''));
  return { ...about(shown, suffix, runFormats, format), data };
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

/** The name of a file, after its runs, and its type. */
function about<Format extends string>(
  runs: readonly Run[],
  what: string,
  formats: readonly { readonly format: Format; readonly type: string }[],
  format: Format,
): Omit<ExportedFile, 'data'> {
  const subject = runs.length === 1 ? runs[0].id : `${runs.length}-runs`;
  const { type } = formats.find((each) => each.format === format)!;
  return { name: `${[subject, what].filter(Boolean).join('-')}.${format}`, type };
}

function encoded(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
