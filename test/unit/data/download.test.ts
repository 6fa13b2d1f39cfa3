import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { catalogue } from '../../../main/data/catalogue.ts';
import { describeDataset } from '../../../main/data/datasets.ts';
import { download } from '../../../main/data/download.ts';
import { getDataset, getKnown } from '../../../main/data/get.ts';
import type { DataProgress } from '../../../main/data/progress.ts';
import { scratchFolder, tarOf, useHome, writeCifar10 } from '../../support/datasets.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
}

/** Serves `content` with ranges, but breaks the connection of the first `breaks` answers once `after` bytes of them lie in `to`. */
function breaking(
  body: Buffer,
  { breaks, after, to }: { readonly breaks: number; readonly after: number; readonly to: string },
  ranges: (string | undefined)[] = [],
): RequestListener {
  return (request, response) => {
    ranges.push(request.headers.range);
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': body.length - start,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    });
    if (ranges.length <= breaks) void breakOff(response, body.subarray(start, start + after), to, start + after);
    else response.end(body.subarray(start));
  };
}

/** Not before so many bytes were written: what the client had not read yet would be lost with the connection. */
async function breakOff(response: ServerResponse, piece: Buffer, to: string, bytes: number): Promise<void> {
  response.write(piece);
  await expect.poll(() => statSync(`${to}.part`, { throwIfNoEntry: false })?.size, { interval: 10 }).toBe(bytes);
  response.destroy();
}

function published(body: Buffer, ...urls: string[]) {
  return { name: 'file.bin', urls, bytes: body.length, md5: createHash('md5').update(body).digest('hex') };
}

describe('download', () => {
  it('takes up a broken download where it ended', async () => {
    const ranges: (string | undefined)[] = [];
    const to = join(scratchFolder(), 'file.bin');
    const url = await serve(breaking(content, { breaks: 2, after: 100_000, to }, ranges));
    const heard: DataProgress[] = [];
    await download(published(content, url), to, { onProgress: (progress) => heard.push(progress) });
    expect(readFileSync(to).equals(content)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(heard.at(-1)).toEqual({ step: 'download', item: 'file.bin', done: 300_000, total: 300_000, unit: 'bytes' });
    expect(heard.every(({ done }, i) => i === 0 || done > heard[i - 1].done)).toBe(true);
  });

  it('keeps what arrived when it gives up, for the next call', async () => {
    const to = join(scratchFolder(), 'file.bin');
    const url = await serve(breaking(content, { breaks: 1, after: 50_000, to }));
    let calls = 0;
    const once = async (at: string, init: { headers: Record<string, string> }): Promise<Response> => {
      if (calls++ > 0) throw new Error('the network is gone');
      return fetch(at, init);
    };
    await expect(download(published(content, url), to, { fetch: once })).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('the network is gone') as string,
    });
    expect(readFileSync(`${to}.part`)).toHaveLength(50_000);
    await download(published(content, url), to);
    expect(readFileSync(to).equals(content)).toBe(true);
  });

  it('begins again where a server knows no ranges', async () => {
    let calls = 0;
    const to = join(scratchFolder(), 'file.bin');
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      if (calls++ === 0) void breakOff(response, content.subarray(0, 1000), to, 1000);
      else response.end(content);
    });
    await download(published(content, url), to);
    expect(readFileSync(to).equals(content)).toBe(true);
  });

  it('goes to the next place when one has not got the file', async () => {
    const gone = await serve((_, response) => response.writeHead(404).end('not found'));
    const url = await serve((_, response) => response.end(content));
    const to = join(scratchFolder(), 'file.bin');
    await download(published(content, gone, url), to);
    expect(existsSync(to)).toBe(true);
    await expect(download(published(content, gone), join(scratchFolder(), 'f'))).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('404') as string,
    });
  });

  it('throws a file with the wrong checksum away', async () => {
    const changed = Buffer.from(content);
    changed[1234] ^= 1;
    const url = await serve((_, response) => response.end(changed));
    const folder = scratchFolder();
    await expect(download(published(content, url), join(folder, 'file.bin'))).rejects.toMatchObject({
      code: 'checksum',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('throws a file of another size away', async () => {
    const url = await serve((_, response) => response.end(Buffer.concat([content, content])));
    const folder = scratchFolder();
    await expect(download(published(content, url), join(folder, 'file.bin'))).rejects.toMatchObject({
      code: 'download-failed',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('a download that goes on and on is broken off at the size that was published', async () => {
  const url = await serve((_, response) => {
    onTestFinished(() => void response.destroy());
    response.write(Buffer.concat([content, Buffer.of(1)]));
  });
  const folder = scratchFolder();
  await expect(download(published(content, url), join(folder, 'file.bin'))).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('more than the 300000 bytes published') as string,
  });
  expect(readdirSync(folder)).toEqual([]);
});

describe('getting a data set', () => {
  it('downloads, imports and tidies up', async () => {
    const home = useHome();
    const folder = scratchFolder();
    writeCifar10(join(folder, 'cifar-10-batches-bin'));
    const archive = readFileSync(await tarOf(folder, join(scratchFolder(), 'a.tar.gz')));
    const to = join(home, 'downloads', 'cifar10', 'cifar-10-binary.tar.gz');
    const url = await serve(breaking(archive, { breaks: 1, after: Math.floor(archive.length / 2), to }));
    const file = { ...published(archive, url), name: 'cifar-10-binary.tar.gz' };
    const { info } = await getKnown({ ...catalogue.cifar10, files: [file] });
    expect(info).toEqual(describeDataset('cifar10'));
    expect(info.trainSamples).toBe(40);
    expect(readdirSync(join(home, 'downloads'))).toEqual([]);
    await expect(getDataset('cifar10')).rejects.toMatchObject({ code: 'dataset-exists' });
  });

  it('names what it can get', async () => {
    await expect(getDataset('cifar-10')).rejects.toMatchObject({
      code: 'dataset-unknown',
      message: expect.stringMatching(/Did you mean "cifar10"\?.*stl10/) as string,
    });
  });
});
