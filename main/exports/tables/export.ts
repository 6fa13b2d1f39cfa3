import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { csvCell } from '../../charts/csv.ts';
import { inputFacts } from '../../data/input.ts';
import { requireEmptyFolder } from '../../disk.ts';
import { SluiceError } from '../../errors.ts';
import type { KeptEpoch } from '../../records/best-epoch.ts';
import type { Column } from '../../records/column.ts';
import { numberColumns, recordNames } from '../../records/columns.ts';
import { records } from '../../records/index.ts';
import { loadCheckpoint } from '../../runs/checkpoint/checkpoint.ts';
import { keptFolders, pairFolder, requireWholePair } from '../../runs/checkpoint/pair.ts';
import { ownerOf } from '../../runs/store/run-file.ts';
import type { Run } from '../../runs/store/run.ts';
import { inputField, inputMetadata, inputOfMetadata } from '../../runs/checkpoint/input-metadata.ts';
import { readMetadata, writeSafetensors } from '../../runs/checkpoint/weights-file.ts';
import type { Store } from '../../runs/store/store.ts';

/** Records by the names of their tables. */
export const recordKinds = Object.values(records).map(({ table }) => table);
export type RecordKind = (typeof recordKinds)[number];

/** The columns of CSV. Budgets are numbers or `full`, as in an experiment; sizes are bytes, times seconds. */
export function csvColumns(kind: RecordKind): readonly Column[] {
  return numberColumns(recordNames.find((name) => records[name].table === kind)!);
}

/** A run's records of one kind as lines of CSV, the first naming the columns; the gates of steps are left to JSON. */
export function* exportCsv(store: Store, run: Run, kind: RecordKind, neutralise = true): Generator<string> {
  const names = csvColumns(kind).map(({ name }) => name);
  yield `run,name,seed,${names.join(',')}\r\n`;
  const start = [run.id, csvCell(run.name, neutralise), run.seed];
  for (const record of store[kind](run.id)) {
    yield `${[...start, ...names.map((name) => cell(record[name as keyof typeof record]))].join(',')}\r\n`;
  }
}

/** All columns are numbers, but for a budget of null, which is the full one. */
function cell(value: unknown): string {
  return typeof value === 'number' ? String(value) : 'full';
}

/** A run and its records (all kinds, or those given) as one JSON document, in pieces. What is no number is null. */
export function* exportJson(store: Store, run: Run, kinds: readonly RecordKind[] = recordKinds): Generator<string> {
  const { experiment, ...facts } = run;
  const about = { format: 2, run: facts, experiment: { ...experiment, seeds: [run.seed] } };
  yield JSON.stringify(about, null, 2).slice(0, -2);
  for (const kind of kinds) {
    yield `,\n  "${kind}": [`;
    let separator = '\n    ';
    for (const record of store[kind](run.id)) {
      yield separator + JSON.stringify(record, plainly);
      separator = ',\n    ';
    }
    yield '\n  ]';
  }
  yield '\n}\n';
}

function plainly(key: string, value: unknown): unknown {
  if (key === 'kind') return undefined;
  if (key === 'budget') return value ?? 'full';
  return value instanceof Float32Array ? Array.from(value) : value;
}

/**
 * Writes the trained weights of a run into a new folder, `client.safetensors` and `server.safetensors` in PyTorch's
 * names and layouts: a subfolder for every pair of Θ, as its phase ended or at its best, or `last` with the last checkpoint
 * when no phase is finished. `experiment.json` goes with them. Returns the names of the subfolders. Throws `no-weights`.
 */
export async function exportWeights(
  store: Store,
  run: Run,
  folder: string,
  kept: KeptEpoch = 'last',
): Promise<string[]> {
  requireEmptyFolder(folder);
  const source = store.folder(run.id);
  const pairs = keptFolders(source, run, store.pairs(run.id), kept);
  for (const pair of pairs) await requireWholePair(pair, run.uid);
  for (const pair of pairs) await cp(pair, join(folder, basename(pair)), { recursive: true });
  if (pairs.length === 0) await exportCheckpoint(run, source, folder);
  const settings = await exportedExperiment(store, run);
  await writeFile(join(folder, 'experiment.json'), `${JSON.stringify(settings, null, 2)}\n`);
  return pairs.length > 0 ? pairs.map((pair) => basename(pair)) : ['last'];
}

/**
 * The experiment of one run, which runs again as it is, and in `$input` what its images are like: as its pairs say it,
 * else as the data set says that is here.
 */
export async function exportedExperiment(store: Store, run: Run): Promise<object> {
  const [pair] = store.pairs(run.id);
  const file = pair && join(pairFolder(store.folder(run.id), pair), 'client.safetensors');
  const ofPair = file !== undefined && existsSync(file) ? inputOfMetadata(await readMetadata(file)) : undefined;
  const input = ofPair ?? inputFacts(run.experiment.dataset.name);
  return { ...run.experiment, seeds: [run.seed], ...(input && inputField(input)) };
}

async function exportCheckpoint(run: Run, source: string, folder: string): Promise<void> {
  // Runs of earlier versions have no uid, and nothing that says whose a checkpoint is.
  const owner = run.uid === null ? undefined : ownerOf({ ...run, uid: run.uid });
  const snapshot = (await loadCheckpoint(source, owner && { owner })).get(0);
  if (!snapshot) {
    throw new SluiceError(
      'no-weights',
      `Run ${run.id} is ${run.status} and has no weights yet. Let it finish an epoch.`,
    );
  }
  if (snapshot.server.kind !== 'state') {
    throw new SluiceError(
      'no-weights',
      `Run ${run.id} is ${run.status}, and the server half of its last checkpoint is with the offload server. ` +
        'Let the run finish a phase.',
    );
  }
  await mkdir(join(folder, 'last'), { recursive: true });
  const weights = { client: snapshot.client.weights, server: snapshot.server.state.weights };
  const input = inputFacts(run.experiment.dataset.name);
  const about = { run: run.id, seed: String(run.seed), experiment: JSON.stringify(run.experiment) };
  for (const half of ['client', 'server'] as const) {
    const metadata = { half, ...about, ...(input && inputMetadata(input)) };
    await writeSafetensors(join(folder, 'last', `${half}.safetensors`), weights[half], metadata);
  }
}
