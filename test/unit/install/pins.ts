import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { create } from 'tar';
import type * as Pinned from '../../../main/install/pinned.ts';

/** Small files in the place of what engines are made of, in the same layout. */

export interface Pins {
  /** What a server has to give, by path. */
  readonly served: ReadonlyMap<string, Buffer>;
  readonly module: Partial<typeof Pinned>;
}

const backendFiles = (name: string): Record<string, string> => ({
  'package.json': JSON.stringify({ name, version: '4.22.0' }),
  'dist/nodejs_kernel_backend.js': 'exports.here = true;',
  'dist/kernels/Add_test.js': 'tests',
  'dist/index.d.ts': 'types',
  'binding/tfjs_backend.cc': '#include "tensorflow/core/platform/ctstring_internal.h"\n',
  'binding/tfjs_binding.cc': '#include <node_api.h>\n',
});

/** Packs files, by their paths, and links, by where they lead. */
async function pack(
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-pins-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  for (const [path, to] of Object.entries(links)) symlinkSync(to, join(folder, path));
  const roots = [...new Set([...Object.keys(files), ...Object.keys(links)].map((path) => path.split('/')[0]))];
  await create({ gzip: true, cwd: folder, file: join(folder, 'packed.tgz') }, roots);
  return readFileSync(join(folder, 'packed.tgz'));
}

const integrityOf = (algorithm: string, bytes: Buffer): string =>
  `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;

/** Pins of small packages and a small library; all else of the module stays as it is. */
export async function smallPins(original: typeof Pinned): Promise<Pins> {
  const served = new Map<string, Buffer>();
  async function small(
    pinned: Pinned.PinnedPackage,
    files: Readonly<Record<string, string>>,
  ): Promise<Pinned.PinnedPackage> {
    const packed = await pack(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`package/${path}`, text])),
    );
    served.set(`/${pinned.name}/-/${basename(pinned.name)}-${pinned.version}.tgz`, packed);
    return { ...pinned, bytes: packed.length, integrity: integrityOf('sha512', packed) };
  }
  const builds = ['linux-x64', 'linux-arm64', 'darwin-universal', 'win32-x64'].map(
    (system) => `dist/${system}/dawn.node`,
  );
  const archive = await pack(
    {
      'include/tensorflow/c/c_api.h': '// C',
      'include/tensorflow/core/platform/ctstring_internal.h': '// as it was',
      'lib/libtensorflow.so.2.9.1': 'library',
      'lib/libtensorflow_framework.so.2': 'framework',
    },
    { 'lib/libtensorflow.so.2': 'libtensorflow.so.2.9.1', 'lib/out': '/etc/passwd' },
  );
  const path = 'tensorflow/libtensorflow/small-2.9.1.tar.gz';
  served.set(`/${path}`, archive);
  served.set(
    `/tf-builds/pre-built-binary/napi-v8/4.22.0/CPU-${process.platform}-4.22.0.tar.gz`,
    await pack({ 'napi-v8/tfjs_binding.node': 'built by Google' }),
  );
  const library = { version: '2.9.1', path, integrity: integrityOf('sha256', archive), room: 1e6 };
  return {
    served,
    module: {
      tfjsNode: await small(original.tfjsNode, backendFiles('@tensorflow/tfjs-node')),
      tfjsNodeGpu: await small(original.tfjsNodeGpu, backendFiles('@tensorflow/tfjs-node-gpu')),
      nodeApiHeaders: await small(original.nodeApiHeaders, { 'include/node_api.h': '// Node', 'def/node_api.def': '' }),
      dawn: await small(
        original.dawn,
        Object.fromEntries([...builds, 'index.js', 'build/build.js'].map((of) => [of, of])),
      ),
      webgpuBackend: await small(original.webgpuBackend, {
        'package.json': '{}',
        'dist/tf-backend-webgpu.node.js': "exports.core = require('@tensorflow/tfjs-core');",
        'dist/tf-backend-webgpu.js': 'for browsers',
      }),
      libraryFor: (engine) => (engine === 'tensorflow' ? library : null),
    },
  };
}
