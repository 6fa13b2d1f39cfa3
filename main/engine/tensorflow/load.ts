import { readdirSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import koffi from 'koffi';
import type { TensorFlowBackend } from './backend.ts';
import { ownMemory, type NodeBackend } from './own-memory.ts';
import type { Package } from './packages.ts';
import { quietly } from './quiet.ts';
import { shareNames, type Addon as Named } from './shared-names.ts';

/** TensorFlow's library, loaded. */
export interface TensorFlow {
  readonly backend: TensorFlowBackend;
  /** Its version. */
  readonly version: string;
}

interface Addon extends Named {
  readonly TF_Version: string;
}

/**
 * Loads the package in `folder`: of it the addon, the backend and the kernels, which get the tfjs-core of this process in place of the whole of
 * TensorFlow.js. Throws what loading the addon throws, and an error with the code `addon-missing` where it is not there.
 */
export function loadTensorFlow({ folder, preload }: Package, name: string): TensorFlow {
  const require = createRequire(join(folder, 'package.json'));
  restoreUtil();
  const core: unknown = createRequire(import.meta.url)('@tensorflow/tfjs-core');
  substitute(require, '@tensorflow/tfjs', core);
  substitute(require, '@tensorflow/tfjs-core', core);
  // What writes summaries for TensorBoard, with a library of its own.
  substitute(require, './dist/proto/api_pb.js', {});
  const path = addonPath(folder);
  // NVIDIA's libraries of a Python environment are on no path: what is loaded already is found by its name.
  for (const library of preload) {
    try {
      koffi.load(library);
    } catch {
      // TensorFlow says in its log which it lacks.
    }
  }
  const isAsked = process.env['TF_CPP_MIN_LOG_LEVEL'] !== '3';
  const addon = (isAsked ? require(path) : quietly(() => require(path) as unknown)) as Addon;
  shareNames(addon);
  const { NodeJSKernelBackend } = require('./dist/nodejs_kernel_backend.js') as { NodeJSKernelBackend: NodeBackend };
  require('./dist/register_all_kernels.js');
  const backend = ownMemory(NodeJSKernelBackend, addon, name);
  return { backend, version: addon.TF_Version };
}

/** The addon for the newest Node-API that this Node has. */
function addonPath(folder: string): string {
  const newest = Number(process.versions.napi);
  const library = join(folder, 'lib');
  let versions: number[] = [];
  try {
    versions = readdirSync(library).map((entry) => Number(/^napi-v(\d+)$/.exec(entry)?.[1]));
  } catch {
    // Nothing was built.
  }
  const version = versions.filter((each) => each <= newest).sort((a, b) => b - a)[0];
  if (version === undefined) {
    throw Object.assign(new Error(`there is no addon for Node-API ${newest} in ${library}`), { code: 'addon-missing' });
  }
  return join(library, `napi-v${version}`, 'tfjs_binding.node');
}

/** Has `require` give `exports` for a module. */
function substitute(require: NodeJS.Require, id: string, exports: unknown): void {
  const path = require.resolve(id);
  require.cache[path] = Object.assign(new Module(path), { exports, filename: path, loaded: true });
}

/** tfjs-node 4.22.0 calls two functions of util that Node 23 removed. */
function restoreUtil(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  };
  for (const [name, value] of Object.entries(removed)) if (!(name in util)) Object.assign(util, { [name]: value });
}
