import { basename } from 'node:path';
import type { Published } from '../data/download.ts';

/** What engines are made of, by exact version, with checksums as they were published. Newer versions are entered by hand. */

/** A package of the npm registry, with the `integrity` that the registry gives of it. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  readonly integrity: string;
  /** Whether a file of it, by its path in the package, is needed on this system. */
  readonly keep: (path: string) => boolean;
}

/** The npm registry, unless npm is told of another; whose answers are checked, so that any mirror will do. */
export function registryOf(given?: string): string {
  return (given ?? process.env['npm_config_registry'] ?? 'https://registry.npmjs.org').replace(/\/+$/, '');
}

export function tarballOf({ name, version, bytes, integrity }: PinnedPackage, registry: string): Published {
  const file = `${basename(name)}-${version}.tgz`;
  return { name: file, urls: [`${registry}/${name}/-/${file}`], bytes, integrity };
}

/** The backend of TensorFlow.js for Node: its code, and the sources of the addon. */
const nodeBackend = (path: string): boolean =>
  path === 'package.json' || path.startsWith('binding/') || (/^dist\/.*\.js$/.test(path) && !/_test\.js$/.test(path));

export const tfjsNode: PinnedPackage = {
  name: '@tensorflow/tfjs-node',
  version: '4.22.0',
  bytes: 228_166,
  integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
  keep: nodeBackend,
};

export const tfjsNodeGpu: PinnedPackage = {
  name: '@tensorflow/tfjs-node-gpu',
  version: '4.22.0',
  bytes: 223_379,
  integrity: 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
  keep: nodeBackend,
};

/** Node-API as C declares it: neither Node nor Electron brings its headers along. */
export const nodeApiHeaders: PinnedPackage = {
  name: 'node-api-headers',
  version: '1.9.0',
  bytes: 16_974,
  integrity: 'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  keep: (path) => path.startsWith('include/') || path.startsWith('def/'),
};

/** Dawn for Node; of its builds for five systems one is kept. */
export const dawn: PinnedPackage = {
  name: 'webgpu',
  version: '0.6.2',
  bytes: 51_264_151,
  integrity: 'sha512-3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==',
  keep: (path) =>
    ['package.json', 'index.js', 'LICENSE.md'].includes(path) ||
    path.startsWith(`dist/${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}/`),
};

export const webgpuBackend: PinnedPackage = {
  name: '@tensorflow/tfjs-backend-webgpu',
  version: '4.22.0',
  bytes: 2_979_748,
  integrity: 'sha512-lvIc7Af4Tl2BCdYp43iQmSCRq3asaKT0q2xaErphXiUZ+jqeB0bQa0ZvQys1Xatvto0U4/c90DVsHPfvkn5ftg==',
  keep: (path) => path === 'package.json' || path === 'dist/tf-backend-webgpu.node.js',
};

/** TensorFlow's C library as Google offers it, which tfjs-node 4.22.0 is made for. */
export interface PinnedLibrary {
  readonly version: string;
  /** Below the host of Google's storage. */
  readonly path: string;
  readonly integrity: string;
  /** Bytes of the disk that it takes, packed and unpacked, roughly. */
  readonly room: number;
}

const libtensorflow = (system: string, extension: string): string =>
  `tensorflow/libtensorflow/libtensorflow-${system}-2.9.1.${extension}`;

/**
 * By engine, platform and processor. Google publishes no checksums of these files: those here are what the packagers of nixpkgs, of
 * wamuir/graft and of Microsoft's DirectML plugin have pinned. Of its build for CUDA on Windows nobody has.
 */
const libraries: Readonly<Record<string, PinnedLibrary>> = {
  'tensorflow linux x64': {
    version: '2.9.1',
    path: libtensorflow('cpu-linux-x86_64', 'tar.gz'),
    integrity: 'sha256-f1ENJUbj214QsdEZRjaJAD1YeEKJKtPJW8pRz4KCAXM=',
    room: 700e6,
  },
  'cuda linux x64': {
    version: '2.9.1',
    path: libtensorflow('gpu-linux-x86_64', 'tar.gz'),
    integrity: 'sha256-IMRvdh1ZBfWSxOrAgS6OUNnLQ5+UQKk5GRLPTALti+g=',
    room: 2e9,
  },
  'tensorflow darwin x64': {
    version: '2.9.1',
    path: libtensorflow('cpu-darwin-x86_64', 'tar.gz'),
    integrity: 'sha256-Vvg9MyC6D2mqr9bAWGReG3+8dfuaP8Nta+mN4SkcoiY=',
    room: 700e6,
  },
  'tensorflow win32 x64': {
    version: '2.9.1',
    path: libtensorflow('cpu-windows-x86_64', 'zip'),
    integrity: 'sha256-Vvp+hMmEFEMRVjtAW9DlZVaPPL4sFaxHE+nIF0oCsA8=',
    room: 700e6,
  },
  'tensorflow linux arm64': {
    version: '2.7.0',
    path: 'tf-builds/libtensorflow_r2_7_linux_arm64.tar.gz',
    integrity: 'sha256-k5XR/zn1toR/USHmef9OWZ3HBhoqf4fOrAYceOkI5uM=',
    room: 700e6,
  },
  'tensorflow darwin arm64': {
    version: '2.7.0',
    path: 'tf-builds/libtensorflow_r2_7_darwin_arm64_cpu.tar.gz',
    integrity: 'sha256-E6siuX4q8G5DGq63tC+4mYGWXdAaoW2gNdghCqQYPXk=',
    room: 700e6,
  },
};

/** The library for an engine on this system; null where Google has none. */
export function libraryFor(engine: string): PinnedLibrary | null {
  return libraries[`${engine} ${process.platform} ${process.arch}`] ?? null;
}

/** Google's storage, or the mirror of it that tfjs-node's own installation would take. */
export function storage(): string {
  return (process.env['TFJS_NODE_CDN_STORAGE'] ?? 'https://storage.googleapis.com').replace(/\/+$/, '');
}
