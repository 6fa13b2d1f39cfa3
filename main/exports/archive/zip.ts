import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { namedChart } from '../../charts/names.ts';
import type { PaperSpec } from '../../charts/spec.ts';
import { SluiceError } from '../../errors.ts';
import { curvesOf } from '../tables/curves.ts';
import { exportCsv, recordKinds } from '../tables/export.ts';
import { renderReport } from '../report/report.ts';
import type { Run } from '../../runs/store/run.ts';
import type { Store } from '../../runs/store/store.ts';
import { chartData, drawChart, readTrainings } from '../charts/chart.ts';

const charts = [
  'accuracy-epoch',
  'accuracy-bytes',
  'loss-step',
  'bytes-epoch',
  'throughput-time',
  'step-time',
  'gates',
];
const paper: PaperSpec = {
  widthMm: 120,
  heightMm: 75,
  dpi: 300,
  fontFamily: 'Inter',
  fontSize: 8,
  theme: 'light',
  title: '',
};

/**
 * A folder for each run: its experiment, records as CSV, log and charts, with `checkpoints` also its trained pairs and
 * last checkpoint; and a report over all of them.
 */
export async function zipRuns(store: Store, runs: readonly Run[], checkpoints: boolean): Promise<Uint8Array> {
  const files: Zippable = {};
  for (const run of runs) {
    const { experiment, seed, id } = run;
    const { name, group, status, createdAt, startedAt, endedAt, engine, error } = run;
    const facts = { id, name, seed, group, status, createdAt, startedAt, endedAt, engine, error };
    files[`${id}/run.json`] = json(facts);
    files[`${id}/experiment.json`] = json({ ...experiment, seeds: [seed] });
    for (const kind of recordKinds) files[`${id}/${kind}.csv`] = text([...exportCsv(store, run, kind)].join(''));
    const log = join(store.folder(id), 'log.jsonl');
    if (existsSync(log)) files[`${id}/log.jsonl`] = await readFile(log);
    for (const [file, picture] of await drawCharts(store, run)) files[`${id}/charts/${file}`] = picture;
    if (!checkpoints) continue;
    for (const part of ['pairs', 'checkpoint']) {
      // Weights are as good as random: trying to make them smaller only takes time.
      for (const [path, data] of await folderFiles(join(store.folder(id), part))) {
        files[`${id}/${part}/${path}`] = [data, { level: 0 }];
      }
    }
  }
  const title = runs.length === 1 ? runs[0].name : `${runs.length} runs`;
  files['report.html'] = text(renderReport(curvesOf(store, runs), { title, madeAt: new Date() }));
  return zipSync(files);
}

/** The charts there is something to draw for. */
async function drawCharts(store: Store, run: Run): Promise<[file: string, picture: Uint8Array][]> {
  const drawn: [string, Uint8Array][] = [];
  const trainings = readTrainings(store, [run]);
  for (const name of charts) {
    const chart = namedChart(name)!;
    try {
      drawn.push([`${name}.svg`, await drawChart(chartData(store, trainings, chart), chart, paper, 'svg')]);
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'nothing-to-draw')) throw error;
    }
  }
  return drawn;
}

async function folderFiles(folder: string): Promise<[path: string, data: Uint8Array][]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(
      async (file) => [file.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(file)] as [string, Buffer],
    ),
  );
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function json(value: unknown): Uint8Array {
  return text(`${JSON.stringify(value, null, 2)}\n`);
}
