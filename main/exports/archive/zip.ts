import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { chartKinds } from '../../charts/kinds/table.ts';
import type { PaperSpec } from '../../charts/spec.ts';
import type { RunsAsked } from '../exporters.ts';
import { crateFile, crateMetadata } from './crate.ts';
import { exportCsv, exportedExperiment, recordKinds } from '../tables/export.ts';
import { renderReport } from '../report/report.ts';
import { allRecords } from '../../runs/life/lost-records.ts';
import { probeFiles } from '../../runs/probe/file.ts';
import { recordLines } from '../../runs/store/record-file.ts';
import { runFileOf } from '../../runs/store/run-file.ts';
import type { Run } from '../../runs/store/run.ts';
import { sealJson } from '../../runs/store/sealed-json.ts';
import type { Store } from '../../runs/store/store.ts';
import { chartOf } from '../charts/chart.ts';
import { readTrainings } from '../charts/chart-data.ts';
import { svgPicture } from '../charts/picture.ts';
import { drawable } from '../charts/provide.ts';

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
 * A folder for each run: what "sluice import" reads (run.json, records.jsonl, log), its experiment, its last probe, records as CSV and
 * charts, with `checkpoints` also its trained pairs and last checkpoint; and a report over all of them.
 */
export async function zipRuns(
  store: Store,
  runs: readonly Run[],
  { checkpoints, neutralise }: Pick<RunsAsked, 'checkpoints' | 'neutralise'>,
): Promise<Uint8Array> {
  const files: Zippable = {};
  for (const run of runs) {
    const { id } = run;
    const known = { ...run, uid: run.uid ?? uidOf(run) };
    files[`${id}/run.json`] = text(sealJson(runFileOf(known, store.annotations(id))));
    files[`${id}/records.jsonl`] = Buffer.concat(recordLines(known.uid, allRecords(store, id)));
    files[`${id}/experiment.json`] = json(await exportedExperiment(store, run));
    for (const kind of recordKinds) {
      files[`${id}/${kind}.csv`] = text([...exportCsv(store, run, kind, neutralise)].join(''));
    }
    for (const file of ['log.jsonl', ...Object.values(probeFiles)]) {
      const path = join(store.folder(id), file);
      if (existsSync(path)) files[`${id}/${file}`] = await readFile(path);
    }
    for (const [file, picture] of drawCharts(store, run)) files[`${id}/charts/${file}`] = picture;
    if (!checkpoints) continue;
    const place = join(store.folder(id), 'offload-server.json');
    if (existsSync(place)) files[`${id}/offload-server.json`] = await readFile(place);
    for (const part of ['pairs', 'checkpoint', 'sources']) {
      // Weights are as good as random: trying to make them smaller only takes time.
      for (const [path, data] of await folderFiles(join(store.folder(id), part))) {
        files[`${id}/${part}/${path}`] = [data, { level: 0 }];
      }
    }
  }
  const title = runs.length === 1 ? runs[0].name : `${runs.length} runs`;
  files['report.html'] = text(renderReport(store, runs, { title, madeAt: new Date() }));
  files[crateFile] = json(crateMetadata(runs, Object.keys(files)));
  return zipSync(files);
}

/** The uid of a run of an earlier version, which has none: the same whenever it is exported. */
function uidOf({ id, name, seed, createdAt }: Run): string {
  return createHash('sha256')
    .update(JSON.stringify([id, name, seed, createdAt]))
    .digest('hex')
    .slice(0, 32);
}

/** The charts there is something to draw for. */
function drawCharts(store: Store, run: Run): [file: string, picture: Uint8Array][] {
  const trainings = readTrainings(store, [run], 'all', 'wholes');
  return chartKinds.flatMap(({ charts, paper: { archive = [] } }) =>
    archive.flatMap((name): [string, Uint8Array][] => {
      const chart = drawable(() => chartOf(store, trainings, charts[name]));
      return chart ? [[`${name}.svg`, svgPicture(chart, paper)]] : [];
    }),
  );
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
