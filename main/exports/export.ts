import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import type { ChartExport, ExportedFile, RunExport } from '../api.ts';
import { chartFormats, runFormats, type ChartFormat } from '../api/formats.ts';
import { dressed } from '../charts/drawable/dressed.ts';
import { drawnTrainings, lookIndex, type Looks } from '../charts/drawable/looks.ts';
import type { TrainingData } from '../charts/data.ts';
import { chartName, isOfSets, kindOf, type ChartSpec } from '../charts/kinds/table.ts';
import type { PaperSpec } from '../charts/spec.ts';
import { SluiceError } from '../errors.ts';
import type { Run } from '../runs/store/run.ts';
import type { Store } from '../runs/store/store.ts';
import { readSet } from '../sets/files.ts';
import { ownSetFolder } from '../sets/home.ts';
import { version } from '../version.ts';
import { chartOf, shownSources } from './charts/chart.ts';
import { readTrainings } from './charts/chart-data.ts';
import { chartExporters, runExporters, type RunsAsked } from './exporters.ts';

/** A chart of runs as a file. Throws `run-unknown`, `source-unknown`, `nothing-to-draw` and `font-unknown`. */
export async function exportChart(
  store: Store,
  {
    runs,
    sets = [],
    chart: spec,
    format,
    paper,
    range,
    trainings: looks,
    source = 'all',
    parts = 'pairs',
    lines = [],
    neutralise,
  }: ChartExport & Pick<RunsAsked, 'neutralise'>,
): Promise<ExportedFile> {
  if (isOfSets(kindOf(spec))) return setsChart(store, sets, { spec, looks, paper, format, neutralise });
  if (runs.length === 0)
    throw new SluiceError('bad-input', 'The chart is of no run. Name one at least.', { path: 'runs' });
  const named = runs.map((id) => store.find(id));
  const all = readTrainings(store, named, shownSources(spec, source), kindOf(spec).showsPairs ? parts : 'wholes');
  const { trainings, colours } = dressed(looks ? drawnTrainings(all, looks) : all, lines);
  const shown = named.filter(({ id }) => trainings.some(({ run }) => run === id));
  const chart = chartOf(store, trainings, spec, { looks: looks ?? looksOf(all), source, range, colours });
  const content = await chartExporters[format](chart, { paper, provenance: provenance(shown), neutralise });
  return {
    ...about(
      subject(
        shown.map(({ id }) => id),
        'runs',
      ),
      chartName(spec),
      chartFormats,
      format,
    ),
    data: encoded(content),
  };
}

/** The places in the palette that trainings take in their order, which they keep in another. */
function looksOf(trainings: readonly TrainingData[]): Looks {
  const lookOf = lookIndex(trainings, undefined);
  return Object.fromEntries(trainings.map(({ id, family }) => [id, lookOf(id, family)]));
}

interface SetsChart {
  readonly spec: ChartSpec;
  readonly looks: Looks | undefined;
  readonly paper: PaperSpec;
  readonly format: ChartFormat;
  readonly neutralise: boolean | undefined;
}

/** A chart of model sets as a file. Throws `set-unknown` and what reading a set throws. */
async function setsChart(
  store: Store,
  names: readonly string[],
  { spec, looks, paper, format, neutralise }: SetsChart,
): Promise<ExportedFile> {
  if (names.length === 0) {
    throw new SluiceError('bad-input', 'The chart is of no model set. Name one at least.', { path: 'sets' });
  }
  const sets = await Promise.all(names.map((name) => readSet(ownSetFolder(name))));
  const chart = chartOf(store, [], spec, { sets: sets.map(({ manifest }) => manifest), looks });
  const origin = sets.map(({ name, digest }) => `model set ${name}, sha256 ${digest}`);
  const content = await chartExporters[format](chart, {
    paper,
    provenance: [`Sluice ${version()}`, ...origin],
    neutralise,
  });
  return { ...about(subject(names, 'sets'), chartName(spec), chartFormats, format), data: encoded(content) };
}

/** Runs as a file: their records, a comparison, or everything about them. Throws `run-unknown`. */
export async function exportRuns(
  store: Store,
  { runs, format, ...asked }: RunExport & Pick<RunsAsked, 'what' | 'neutralise'>,
): Promise<ExportedFile> {
  const shown = runs.map((id) => store.find(id));
  const exporter = runExporters[format];
  const { suffix } = exporter;
  const data =
    'files' in exporter
      ? zipSync(Object.fromEntries(await exporter.files(store, shown)))
      : await wholeFile(exporter.write(store, shown, asked));
  return {
    ...about(
      subject(
        shown.map(({ id }) => id),
        'runs',
      ),
      suffix,
      runFormats,
      format,
    ),
    data,
  };
}

/** Writes runs into a folder, in a format that makes one; false for one that makes a single file. Files that are there are replaced. */
export async function exportFolder(
  store: Store,
  runs: readonly Run[],
  format: RunExport['format'],
  folder: string,
): Promise<boolean> {
  const exporter = runExporters[format];
  if (!('files' in exporter)) return false;
  for (const [path, data] of await exporter.files(store, runs)) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, data);
  }
  return true;
}

async function wholeFile(writing: Promise<Uint8Array> | Iterable<string>): Promise<Uint8Array> {
  const content = await writing;
  return content instanceof Uint8Array ? content : encoded([...content].join(''));
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

/** What a file is called after. */
function subject(names: readonly string[], many: string): string {
  return names.length === 1 ? names[0] : `${names.length}-${many}`;
}

/** The name of a file, after what it is of, and its type. */
function about<Format extends string>(
  subject: string,
  what: string,
  formats: readonly { readonly format: Format; readonly extension?: string; readonly type: string }[],
  format: Format,
): Omit<ExportedFile, 'data'> {
  const { type, extension = format } = formats.find((each) => each.format === format)!;
  return { name: `${[subject, what].filter(Boolean).join('-')}.${extension}`, type };
}

function encoded(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
