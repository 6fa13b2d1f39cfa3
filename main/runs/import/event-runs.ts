import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../../errors.ts';
import { version } from '../../version.ts';
import type { Experiment } from '../experiment/experiment.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { recordFilePath, recordLines } from '../store/record-file.ts';
import { anyRecordSchema } from '../store/record-schema.ts';
import type { RunFile } from '../store/run-file.ts';
import { firstProject, type Run } from '../store/run.ts';
import type { Store } from '../store/store.ts';
import { readEventRun, type EventFiles, type EventRun } from './event-files.ts';
import { recordsOfOthers, recordsOfSluice, type ForeignColumn, type FoundRecords } from './event-records.ts';
import { keepRun } from './keep.ts';

/** What event files of other programs do not say. */
export interface EventOptions {
  /** What the run was set to, as near as an experiment comes to it; it is compared as a run of these settings. */
  readonly settings?: Experiment | undefined;
  /** Tags whose names do not say what they are. */
  readonly tags?: ReadonlyMap<ForeignColumn, string> | undefined;
}

/** A run made of event files, or the one here that they are of, and what the user should know of it. */
export interface EventOutcome {
  readonly run: Run;
  readonly isNew: boolean;
  readonly notes: readonly string[];
}

/** Brings a run in that only event files tell of, to be compared with. Throws `run-damaged`, `run-empty` and `settings-missing`. */
export async function takeEventRun(
  store: Store,
  files: EventFiles,
  from: string,
  options: EventOptions,
): Promise<EventOutcome> {
  const events = await readEventRun(files);
  const known = store.list().find(({ uid }) => uid === uidOf(events));
  if (known) return { run: known, isNew: false, notes: [] };
  const found = events.about ? recordsOfSluice(events) : recordsOfOthers(events, options.tags ?? new Map());
  requireRecords(events, found);
  const file = { ...(events.about ? fileOfSluice(events) : fileOfOthers(events, options)), ...originOf(events, from) };
  const log = logOf(events);
  const run = await keepRun(store, file, async (folder) => {
    await writeFile(recordFilePath(folder), Buffer.concat(recordLines(file.uid, found.records)));
    await writeFile(join(folder, 'log.jsonl'), log);
  });
  return { run, isNew: true, notes: notesOf(events, found) };
}

function uidOf({ about, digest }: EventRun): string {
  return about?.uid ?? digest;
}

function requireRecords({ name, series }: EventRun, { records }: FoundRecords): void {
  if (records.length === 0) {
    const tags = series.map(({ tag }) => tag).join(', ');
    const message =
      `None of the tags of ${name} is known as the test accuracy of an epoch (${tags}). ` +
      'Name it: --tag testAccuracy=TAG.';
    throw new SluiceError('run-empty', message);
  }
  const wrong = records.flatMap((record) => anyRecordSchema.safeParse(record).error?.issues ?? [])[0];
  if (wrong)
    throw new SluiceError('run-damaged', `${name} has a ${wrong.path.join('.')} that cannot be: ${wrong.message}.`);
}

/** What a run file has that event files know nothing of. */
const unknown = {
  format: 1 as const,
  project: firstProject,
  archived: false,
  fingerprint: null,
  threads: null,
  engine: null,
  serverEngine: null,
  dropped: [],
};

function fileOfSluice({ about }: EventRun): RunFile {
  const { id, name, seed, group, createdAt, uid } = about!;
  const { notes } = parseExperiment(about!.experiment);
  const facts = { uid: uid ?? '', id, name, seed, group, createdAt, version: version() };
  return { ...unknown, ...facts, notes, tags: [], origin: null, experiment: about!.experiment };
}

function fileOfOthers({ name, series }: EventRun, { settings }: EventOptions): RunFile {
  if (!settings) {
    const message =
      `The event files of ${name} are of another program and do not say what was trained. Name a preset or a file with ` +
      'the settings that come nearest, of data set, network and method: --settings my-experiment.json.';
    throw new SluiceError('settings-missing', message, { path: 'settings' });
  }
  const createdAt = new Date(timesOf(series)[0]).toISOString();
  const [seed] = settings.seeds;
  const experiment = { ...settings, name, seeds: [seed] };
  const facts = { uid: '', id: name, name, seed, group: `${name}@${createdAt}`, createdAt, version: version() };
  return { ...unknown, ...facts, notes: settings.notes, tags: [], origin: null, experiment };
}

function originOf(events: EventRun, from: string): Pick<RunFile, 'uid' | 'origin'> {
  const run = events.about?.id ?? events.name;
  return { uid: uidOf(events), origin: { format: 'tensorboard', from, run, at: new Date().toISOString() } };
}

/** From the first number to the last. */
function timesOf(series: EventRun['series']): [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity];
  for (const { points } of series) {
    for (const { time } of points) [first, last] = [Math.min(first, time), Math.max(last, time)];
  }
  return [first, last];
}

/** A log that says when it trained, and how it ended as far as that is known. */
function logOf({ about, series }: EventRun): string {
  const ended = about === null || about.status === 'running' ? 'finished' : about.status;
  const [first, last] = timesOf(series);
  const line = (time: number, status: string): string =>
    `${JSON.stringify({ time: new Date(time).toISOString(), event: 'status', status })}\n`;
  return line(first, 'running') + line(last, ended);
}

function notesOf({ about }: EventRun, { taken, left }: FoundRecords): string[] {
  return [
    ...(about ? ['Numbers in event files have 24 bits: bytes and losses are rounded.'] : []),
    ...(taken.length > 0 ? [`Taken: ${taken.join(', ')}.`] : []),
    ...(left.length > 0 ? [`Left out: ${left.slice(0, 20).join(', ')}${left.length > 20 ? ' and more' : ''}.`] : []),
  ];
}
