import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SluiceError } from '../../errors.ts';
import { readEvents, type Event } from '../tensorboard/events.ts';
import { readRunText, runTag, type RunText } from '../tensorboard/run-text.ts';

/** Numbers under a tag in the order they were written. */
export interface Series {
  readonly tag: string;
  readonly points: readonly { readonly step: number; readonly time: number; readonly value: number }[];
}

/** What event files say of a run. */
export interface EventRun {
  /** The name of its folder. */
  readonly name: string;
  readonly series: readonly Series[];
  /** Of an event file that Sluice has written. */
  readonly about: RunText | null;
  /** The same for the same files, 32 hexadecimal digits. */
  readonly digest: string;
}

/** The event files of a run: those in its folder, and in folders of it that are named after a part of the data. */
export interface EventFiles {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly prefix: string }[];
}

const part = /^(train|training|validation|valid|val|test|eval)$/i;
const largestFile = 2 ** 30;

export function isEventFile(path: string): boolean {
  return basename(path).includes('tfevents');
}

/** The event files below a folder, or the one that a path is, by the runs they are of. */
export async function findEventFiles(path: string): Promise<EventFiles[]> {
  const found = (await stat(path)).isFile() ? [path] : await eventFilesIn(path);
  const runs = new Map<string, { path: string; prefix: string }[]>();
  for (const file of found.sort()) {
    const folder = dirname(file);
    const isPart = part.test(basename(folder)) && folder !== path;
    const run = isPart ? dirname(folder) : folder;
    const prefix = isPart ? `${basename(folder)}/` : '';
    runs.set(run, [...(runs.get(run) ?? []), { path: file, prefix }]);
  }
  return [...runs].map(([folder, files]) => ({ name: basename(folder), files }));
}

async function eventFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && isEventFile(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Reads the event files of a run. Throws `run-damaged`, and `run-empty` where no number is in them. */
export async function readEventRun({ name, files }: EventFiles): Promise<EventRun> {
  const points = new Map<string, { step: number; time: number; value: number }[]>();
  const digest = createHash('sha256');
  let about: RunText | null = null;
  for (const { path, prefix } of files) {
    for (const { time, step, scalars, texts } of eventsOf(path, await contentOf(path, digest))) {
      for (const { tag, value } of scalars) {
        const own = points.get(prefix + tag) ?? [];
        own.push({ step, time, value });
        points.set(prefix + tag, own);
      }
      about ??= texts.flatMap(({ tag, text }) => (tag === runTag ? (readRunText(text) ?? []) : []))[0] ?? null;
    }
  }
  if (points.size === 0) throw new SluiceError('run-empty', `The event files of ${name} hold no numbers.`);
  const series = [...points].map(([tag, each]) => ({ tag, points: each }));
  return { name, series, about, digest: digest.digest('hex').slice(0, 32) };
}

async function contentOf(path: string, digest: ReturnType<typeof createHash>): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > largestFile) {
    throw new SluiceError('run-damaged', `${path} has ${size} bytes; event files of at most ${largestFile} are read.`);
  }
  const content = await readFile(path);
  digest.update(content);
  return content;
}

function eventsOf(path: string, content: Buffer): Event[] {
  try {
    return [...readEvents(content)];
  } catch (cause) {
    throw new SluiceError('run-damaged', `${path}: ${messageOf(cause)}. Copy it again from where it was written.`, {
      cause,
    });
  }
}
