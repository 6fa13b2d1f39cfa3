import { mkdir } from 'node:fs/promises';
import { extract } from 'tar';
import type { DownloadOptions, Published } from '../data/download.ts';
import { fetchAsSystem } from '../data/fetch.ts';
import { messageOf, SluiceError } from '../errors.ts';
import type { TensorflowEngine } from './plan.ts';
import { storage, tfjsNode } from './pinned.ts';

/** Addons that Google has built: for these systems, whatever the processor is called in the names of files. */
const built: Readonly<Record<string, string>> = { 'linux x64': 'linux', 'darwin x64': 'darwin' };

export interface PrebuiltAddon {
  readonly name: string;
  published(options: DownloadOptions): Promise<Published>;
}

/** The addon as Google built it for this system; null where it did not. */
export function prebuiltAddon(engine: TensorflowEngine): PrebuiltAddon | null {
  const system = built[`${process.platform} ${process.arch}`];
  if (system === undefined) return null;
  const name = `${engine === 'cuda' ? 'GPU' : 'CPU'}-${system}-${tfjsNode.version}.tar.gz`;
  const url = `${storage()}/tf-builds/pre-built-binary/napi-v8/${tfjsNode.version}/${name}`;
  return {
    name,
    published: async (options) => ({ name, urls: [url], bytes: null, md5: await storedMd5(url, options) }),
  };
}

/** Of these files nobody has pinned a checksum; the storage keeps the MD5 of what was uploaded, and tells it beside the file. */
async function storedMd5(url: string, { fetch = fetchAsSystem }: DownloadOptions): Promise<string> {
  try {
    const { ok, status, headers } = await fetch(url, { method: 'HEAD', headers: {} });
    if (!ok) throw new Error(`the server answered ${status}`);
    const md5 = /\bmd5=([\w+/=]+)/.exec(headers.get('x-goog-hash') ?? '')?.[1];
    if (md5 === undefined) throw new Error('the server tells no checksum of it');
    return Buffer.from(md5, 'base64').toString('hex');
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    throw new SluiceError(
      'download-failed',
      `The addon between Node and TensorFlow cannot be got from ${url} (${messageOf(cause)}). With a C++ compiler it is built here: install g++ (Debian, Ubuntu: apt install g++) or clang++ (macOS: xcode-select --install) and run the command again.`,
    );
  }
}

/** Unpacks the addon alone. */
export async function takeAddon(archive: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  await extract({
    file: archive,
    cwd: into,
    strip: 1,
    strict: true,
    filter: (path) => path.endsWith('/tfjs_binding.node'),
  });
}
