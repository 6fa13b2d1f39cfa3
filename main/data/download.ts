import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { isDiskFull } from '../disk.ts';
import { messageOf, SluiceError } from '../errors.ts';
import { fetchAsSystem } from './fetch.ts';
import type { OnProgress } from './progress.ts';

/** A file to be had elsewhere, and what its makers have published of it: an MD5, or an SRI string such as `sha512-…`. */
export type Published = {
  readonly name: string;
  /** Tried in order. */
  readonly urls: readonly string[];
  /** null where it was not published: then it is as long as the server says. */
  readonly bytes: number | null;
} & ({ readonly md5: string } | { readonly integrity: string });

export type Fetch = (url: string, init: { method?: 'HEAD'; headers: Record<string, string> }) => Promise<Response>;

export interface DownloadOptions {
  readonly fetch?: Fetch;
  readonly onProgress?: OnProgress;
}

/** Attempts that bring no byte before a place is given up, and the pause before the second. */
const fruitlessAttempts = 3;
const firstPause = 300;

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Where the body of an answer belongs in the file. A refusal is a SluiceError: asking again would not help. */
function offsetOf(response: Response, asked: number): number {
  if (response.status === 200) return 0;
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (response.status === 206 && Number(start) === asked) return asked;
  const answer = `the server answered ${response.status} ${response.statusText}`.trim();
  const refused = response.status >= 400 && response.status < 500 && response.status !== 416;
  throw refused ? new SluiceError('download-refused', answer) : new Error(answer);
}

/** How long the whole file is, as the server has it; null where it does not say. */
function lengthOf(response: Response, from: number): number | null {
  const rest = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  const whole = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (whole !== undefined) return Number(whole);
  return rest === null ? null : from + Number(rest);
}

/** One request: takes up where the partial file ends. A broken connection rejects; what arrived is kept. */
async function attempt(
  url: string,
  file: Published,
  part: string,
  { fetch = fetchAsSystem, onProgress }: DownloadOptions,
): Promise<void> {
  const have = await sizeOf(part);
  const response = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  if (response.status === 416) {
    // There is nothing behind what is here already; of a file of unknown length that is all there is.
    if (file.bytes === null && lengthOf(response, 0) === have) return;
    await rm(part, { force: true });
  }
  let done = offsetOf(response, have);
  const total = file.bytes ?? lengthOf(response, done);
  const handle = await open(part, done > 0 ? 'r+' : 'w');
  try {
    for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      await handle.write(bytes, 0, bytes.length, done);
      done += bytes.length;
      if (total !== null && done > total) break;
      onProgress?.({ step: 'download', item: file.name, done, total, unit: 'bytes' });
    }
  } finally {
    await handle.close();
  }
  if (total === null) return;
  if (done > total) {
    await rm(part);
    throw new SluiceError('download-refused', `the server sends more than the ${total} bytes published`);
  }
  if (done < total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
}

/** Tries one place until the file is there, or until attempts bring nothing; returns what went wrong then, else null. */
async function fetchFrom(url: string, file: Published, part: string, options: DownloadOptions): Promise<Error | null> {
  let problem: Error | null = null;
  let fruitless = 0;
  while (fruitless < fruitlessAttempts) {
    const before = await sizeOf(part);
    if (before === file.bytes) return null;
    if (fruitless > 0) await wait(firstPause * 4 ** (fruitless - 1));
    try {
      await attempt(url, file, part, options);
      return null;
    } catch (error) {
      // Asking again makes no room either.
      problem = error as Error;
      if (problem instanceof SluiceError || isDiskFull(problem)) return problem;
    }
    fruitless = (await sizeOf(part)) > before ? 0 : fruitless + 1;
  }
  return problem;
}

/** The checksum of what is at `path`, written as the published one is, and that one. */
async function checksum(path: string, file: Published): Promise<{ name: string; found: string; published: string }> {
  const published = 'md5' in file ? file.md5 : file.integrity;
  const algorithm = 'md5' in file ? 'md5' : published.slice(0, published.indexOf('-'));
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const found = 'md5' in file ? hash.digest('hex') : `${algorithm}-${hash.digest('base64')}`;
  return { name: algorithm.toUpperCase(), found, published };
}

/**
 * Downloads a file to `to` and checks its published checksum. A broken download stays beside it as `.part` and is taken
 * up where it ended, by the next attempt or the next call. A full disk rejects as the system says it.
 */
export async function download(file: Published, to: string, options: DownloadOptions = {}): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const part = `${to}.part`;
  const problems: string[] = [];
  for (const url of file.urls) {
    const problem = await fetchFrom(url, file, part, options);
    if (problem === null) break;
    if (isDiskFull(problem)) throw problem;
    problems.push(`${url}: ${messageOf(problem.cause ?? problem)}`);
  }
  if (problems.length === file.urls.length) {
    throw new SluiceError(
      'download-failed',
      `${file.name} could not be downloaded (${problems.join('; ')}). What arrived is kept: run the command again to go on.`,
    );
  }
  const { name, found, published } = await checksum(part, file);
  if (found !== published) {
    await rm(part);
    throw new SluiceError(
      'checksum',
      `${basename(to)} has the ${name} ${found}, published is ${published}. The download was thrown away: run the command again.`,
    );
  }
  await rename(part, to);
}
