import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import { messageOf, SluiceError } from '../errors.ts';
import type { RemoteFile } from './catalogue.ts';
import { fetchAsSystem } from './fetch.ts';
import type { OnProgress } from './progress.ts';

export type Fetch = (url: string, init: { headers: Record<string, string> }) => Promise<Response>;

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

/** One request: takes up where the partial file ends. A broken connection rejects; what arrived is kept. */
async function attempt(
  url: string,
  file: RemoteFile,
  part: string,
  { fetch = fetchAsSystem, onProgress }: DownloadOptions,
): Promise<void> {
  const have = await sizeOf(part);
  const response = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  if (response.status === 416) await rm(part, { force: true });
  let done = offsetOf(response, have);
  const handle = await open(part, done > 0 ? 'r+' : 'w');
  try {
    for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      await handle.write(bytes, 0, bytes.length, done);
      done += bytes.length;
      if (done > file.bytes) break;
      onProgress?.({ step: 'download', item: file.name, done, total: file.bytes, unit: 'bytes' });
    }
  } finally {
    await handle.close();
  }
  if (done > file.bytes) {
    await rm(part);
    throw new SluiceError('download-refused', `the server sends more than the ${file.bytes} bytes published`);
  }
  if (done < file.bytes) throw new Error(`the connection ended after ${done} of ${file.bytes} bytes`);
}

/** Tries one place until the file is there, or until attempts bring nothing; returns what went wrong then. */
async function fetchFrom(url: string, file: RemoteFile, part: string, options: DownloadOptions): Promise<unknown> {
  let problem: unknown;
  let fruitless = 0;
  while (fruitless < fruitlessAttempts) {
    const before = await sizeOf(part);
    if (before === file.bytes) return undefined;
    if (fruitless > 0) await wait(firstPause * 4 ** (fruitless - 1));
    try {
      await attempt(url, file, part, options);
    } catch (error) {
      if (error instanceof SluiceError) return error;
      problem = error;
    }
    fruitless = (await sizeOf(part)) > before ? 0 : fruitless + 1;
  }
  return problem;
}

async function md5(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Downloads a file to `to` and checks its published MD5. A broken download stays beside it as `.part` and is taken
 * up where it ended, by the next attempt or the next call.
 */
export async function download(file: RemoteFile, to: string, options: DownloadOptions = {}): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const part = `${to}.part`;
  const problems: string[] = [];
  for (const url of file.urls) {
    const problem = await fetchFrom(url, file, part, options);
    if ((await sizeOf(part)) === file.bytes) break;
    problems.push(`${url}: ${messageOf((problem as Error).cause ?? problem)}`);
  }
  if ((await sizeOf(part)) !== file.bytes) {
    throw new SluiceError(
      'download-failed',
      `${file.name} could not be downloaded (${problems.join('; ')}). What arrived is kept: run the command again to go on.`,
    );
  }
  const sum = await md5(part);
  if (sum !== file.md5) {
    await rm(part);
    throw new SluiceError(
      'checksum',
      `${basename(to)} has the MD5 ${sum}, published is ${file.md5}. The download was thrown away: run the command again.`,
    );
  }
  await rename(part, to);
}
