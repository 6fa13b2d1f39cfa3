import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DataProgress } from '../../../main/data/progress.ts';
import { describedEngine } from '../../../main/engine/choices.ts';
import type { EngineReport } from '../../../main/engine/engine.ts';
import { engineFolder, installedEngine, type InstalledEngine } from '../../../main/engine/installed.ts';
import { installEngine, removeEngine, type InstallOptions } from '../../../main/install/install.ts';
import type * as Pinned from '../../../main/install/pinned.ts';
import { useHome, writeFile } from '../../support/datasets.ts';
import { onUnix, where } from '../../support/where.ts';
import type { Pins } from './pins.ts';

/** What engines are made of is some hundred megabytes of others: small files stand in its place, the rest is as it is. */
const pins = vi.hoisted(() => ({ current: null as Pins | null }));
vi.mock('../../../main/install/pinned.ts', async (load) => {
  const original = await load<typeof Pinned>();
  const { smallPins } = await import('./pins.ts');
  pins.current = await smallPins(original);
  return { ...original, ...pins.current.module };
});

let home: string;
beforeEach(() => {
  home = useHome();
  for (const name of ['CXX', 'SLUICE_ENGINES', 'TFJS_NODE_CDN_STORAGE']) vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

/** A registry and a storage of the small files, which may break off or change what it serves; tells the ranges asked for. */
async function serve(change: (path: string, body: Buffer) => Buffer = (_, body) => body): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!;
    const whole = pins.current?.served.get(path);
    asked.push(`${path.slice(path.lastIndexOf('/') + 1)} ${request.headers.range ?? ''}`.trim());
    if (!whole) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = change(path, whole.subarray(from));
    const md5 = createHash('md5').update(whole).digest('base64');
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': whole.length - from,
      'x-goog-hash': `crc32c=AAAAAA==,md5=${md5}`,
      ...(from > 0 && { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` }),
    });
    if (request.method === 'HEAD' || body.length === whole.length - from) return void response.end(body);
    response.write(body, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('npm_config_registry', `${url}/`);
  vi.stubEnv('TFJS_NODE_CDN_STORAGE', url);
  return asked;
}

/** A compiler that writes how it was called and what it was given into what it makes, or fails. */
function compiler(fails = ''): void {
  const script = fails
    ? `case "$1" in --version) exit 0;; esac; echo "note: in file included" >&2; echo "${fails}" >&2; exit 1`
    : 'for a in "$@"; do [ "$last" = -o ] && to=$a; last=$a; done; [ -n "$to" ] || exit 0; { echo "$@"; for a in "$@"; do case $a in *.cc) cat "$a";; esac; done; } > "$to"';
  const path = writeFile(join(home, 'c++'), `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  vi.stubEnv('CXX', path);
}

const works = (name: 'tensorflow' | 'webgpu'): EngineReport => ({
  ...describedEngine(name),
  available: true,
  detail: 'it works',
});
const options = (changes: Partial<InstallOptions> = {}): InstallOptions => ({
  attempt: (name) => Promise.resolve(works(name as 'tensorflow')),
  ...changes,
});
const addon = (): string =>
  readFileSync(
    join(engineFolder('tensorflow'), 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'),
    'utf8',
  );
/** All that the folder of engines holds, hidden folders included. */
const left = (): string[] => (existsSync(join(home, 'engines')) ? readdirSync(join(home, 'engines')).sort() : []);

onUnix.describe('the engine tensorflow from its own download', () => {
  it('is the library, the addon built on it, and the code that is needed', async () => {
    await serve();
    compiler();
    const heard: DataProgress[] = [];
    const { installed } = await installEngine(
      { name: 'tensorflow' },
      options({ onProgress: (each) => heard.push(each) }),
    );
    expect(left()).toEqual(['tensorflow']);
    expect(installedEngine('tensorflow')).toEqual(installed);
    expect(installed).toMatchObject({
      source: 'download',
      tensorflow: '2.9.1',
      packages: { '@tensorflow/tfjs-node': '4.22.0' },
    });
    const backend = join(engineFolder('tensorflow'), 'node_modules/@tensorflow/tfjs-node');
    expect(readdirSync(backend).sort()).toEqual(['deps', 'dist', 'lib', 'package.json']);
    expect(readdirSync(join(backend, 'dist'))).toEqual(['nodejs_kernel_backend.js']);
    // The names of the library that lead to it are kept; one that leads out of the archive is not.
    expect(readdirSync(join(backend, 'deps/lib')).sort()).toEqual([
      'libtensorflow.so.2',
      'libtensorflow.so.2.9.1',
      'libtensorflow_framework.so.2',
    ]);
    expect(lstatSync(join(backend, 'deps/lib/libtensorflow.so.2')).isSymbolicLink()).toBe(true);
    expect(readdirSync(join(backend, 'deps'))).toEqual(['lib']);
    expect(addon()).toContain('/../../deps/lib');
    // Its headers have the file under its old name.
    expect(addon()).toContain('#include "tensorflow/core/platform/ctstring_internal.h"');
    expect(heard.map(({ step }) => step).filter((step, i, all) => step !== all[i - 1])).toEqual([
      'download',
      'unpack',
      'build',
      'try',
    ]);
  });

  it('has its checksums written down, and gives Sluice’s own instance of TensorFlow.js', async () => {
    await serve();
    compiler();
    const { installed } = await installEngine({ name: 'tensorflow' }, options());
    const folder = engineFolder('tensorflow');
    for (const [path, sum] of Object.entries(installed.files)) {
      const hash = createHash('sha512').update(readFileSync(join(folder, path)));
      expect(sum).toBe(`sha512-${hash.digest('base64')}`);
    }
    expect(Object.keys(installed.files)).toContain('node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
    const core = { instance: 'of Sluice' };
    Object.assign(globalThis, { [Symbol.for('sluice.tfjs-core')]: core });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, Symbol.for('sluice.tfjs-core')));
    const require = createRequire(join(folder, 'node_modules/@tensorflow/tfjs-node/dist/x.js'));
    for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) expect(require(name)).toBe(core);
  });

  where(process.arch === 'x64', 'another processor').it(
    'takes the addon that Google has built where there is no compiler, if it is whole',
    async () => {
      await serve();
      vi.stubEnv('CXX', '/nowhere/c++');
      await installEngine({ name: 'tensorflow' }, options());
      expect(addon()).toBe('built by Google');
      await removeEngine('tensorflow');
      await serve((path, body) =>
        path.endsWith(`-${process.platform}-4.22.0.tar.gz`) ? Buffer.from(body).reverse() : body,
      );
      await expect(installEngine({ name: 'tensorflow' }, options())).rejects.toMatchObject({ code: 'checksum' });
      expect(left()).toEqual(['.downloads']);
    },
  );

  it('says what to install where there is neither', async () => {
    vi.stubEnv('CXX', '/nowhere/c++');
    // Google has built it for Intel's processors alone.
    vi.stubGlobal('process', Object.create(process, { arch: { value: 'arm64' } }) as NodeJS.Process);
    onTestFinished(() => void vi.unstubAllGlobals());
    await expect(installEngine({ name: 'tensorflow' }, options())).rejects.toMatchObject({
      code: 'compiler-missing',
      message: expect.stringMatching(
        /no C\+\+ compiler \(\/nowhere\/c\+\+\)\. (Install g\+\+|Run: xcode-select)/,
      ) as string,
    });
    expect(left()).toEqual([]);
  });
});

onUnix.describe('what goes wrong', () => {
  it('leaves the engine that was there, and nothing half made', async () => {
    await serve();
    compiler();
    const { installed } = await installEngine({ name: 'tensorflow' }, options());
    compiler('tfjs_backend.cc:27:10: fatal error: tensorflow/c/tf_tstring.h: No such file or directory');
    await expect(installEngine({ name: 'tensorflow' }, options())).rejects.toMatchObject({
      code: 'addon-not-built',
      message: expect.stringContaining('fatal error: tensorflow/c/tf_tstring.h') as string,
    });
    compiler();
    const broken = {
      ...works('tensorflow'),
      available: false,
      detail: 'it crashed',
      cause: 'crashed' as const,
      remedy: 'Do.',
    };
    await expect(
      installEngine({ name: 'tensorflow' }, options({ attempt: () => Promise.resolve(broken) })),
    ).rejects.toMatchObject({ code: 'engine-unusable', message: expect.stringMatching(/it crashed.*Do\./) as string });
    expect(left()).toEqual(['.downloads', 'tensorflow']);
    expect(installedEngine('tensorflow')).toEqual(installed);
    await installEngine({ name: 'tensorflow' }, options());
    expect(left()).toEqual(['tensorflow']);
    expect((installedEngine('tensorflow') as InstalledEngine).installedAt).not.toBe(installed.installedAt);
  });

  it('is no fault of the engine where the machine lacks a GPU', async () => {
    await serve();
    const none = { ...works('webgpu'), available: false, detail: 'no GPU', cause: 'gpu-absent' as const };
    const { report } = await installEngine({ name: 'webgpu' }, options({ attempt: () => Promise.resolve(none) }));
    expect(report).toEqual(none);
    expect(left()).toEqual(['webgpu']);
  });

  it('a download that broke off is taken up by the next call', async () => {
    const [packed] = [...(pins.current?.served ?? [])].flatMap(([path, body]) =>
      path.startsWith('/webgpu/') ? [body] : [],
    );
    const pieces = [packed.subarray(0, 100)];
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.error(new Error('the connection is gone'));
      },
    });
    const once = vi.fn(() => Promise.reject(new Error('the network is gone')));
    once.mockImplementationOnce(() => Promise.resolve(new Response(broken)) as never);
    await expect(installEngine({ name: 'webgpu' }, options({ fetch: once }))).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('the network is gone') as string,
    });
    expect(readdirSync(join(home, 'engines/.downloads'))).toEqual(['webgpu-0.6.2.tgz.part']);
    const again = await serve();
    await installEngine({ name: 'webgpu' }, options());
    expect(again[0]).toBe('webgpu-0.6.2.tgz bytes=100-');
    expect(left()).toEqual(['webgpu']);
  });

  it('a package that is not the one of the registry is thrown away', async () => {
    await serve((path, body) => (path.includes('/webgpu-') ? Buffer.from(body).reverse() : body));
    await expect(installEngine({ name: 'webgpu' }, options())).rejects.toMatchObject({
      code: 'checksum',
      message: expect.stringContaining('SHA512') as string,
    });
    expect(readdirSync(join(home, 'engines/.downloads'))).toEqual([]);
  });

  it('a full disk is said, with what there should be room for', async () => {
    const full = (): Promise<never> => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    await expect(installEngine({ name: 'webgpu' }, options({ fetch: full }))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/takes 200 MB\. Nothing was installed\..*SLUICE_ENGINES/) as string,
    });
  });

  it('names what there is to install', async () => {
    await expect(installEngine({ name: 'tensorflw' }, options())).rejects.toMatchObject({
      code: 'engine-unknown',
      message: expect.stringMatching(/Did you mean "tensorflow"\?.*cuda, webgpu, tensorflow/) as string,
    });
    await expect(installEngine({ name: 'cuda' }, options())).rejects.toMatchObject({ code: 'engine-not-offered' });
    await expect(installEngine({ name: 'webgpu', python: 'python3' }, options())).rejects.toMatchObject({
      path: 'python',
    });
    await expect(removeEngine('webgpu')).rejects.toMatchObject({ code: 'engine-missing' });
  });
});

describe('the engine webgpu', () => {
  it('keeps the build for this system alone, goes where SLUICE_ENGINES says, and is removed whole', async () => {
    await serve();
    vi.stubEnv('SLUICE_ENGINES', join(home, 'shared'));
    await installEngine({ name: 'webgpu' }, options());
    expect(left()).toEqual([]);
    const modules = join(home, 'shared/webgpu/node_modules');
    const system = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
    expect(readdirSync(join(modules, 'webgpu')).sort()).toEqual(['dist', 'index.js']);
    expect(readdirSync(join(modules, 'webgpu/dist'))).toEqual([system]);
    expect(readdirSync(join(modules, '@tensorflow/tfjs-backend-webgpu/dist'))).toEqual(['tf-backend-webgpu.node.js']);
    // What a killed process left goes with the next; no process has so large a number.
    mkdirSync(join(home, 'shared/.importing-99999999-1'));
    await removeEngine('webgpu');
    expect(readdirSync(join(home, 'shared'))).toEqual([]);
  });
});
