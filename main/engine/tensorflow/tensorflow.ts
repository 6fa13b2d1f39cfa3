import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../../errors.ts';
import type { Engine, EngineAdapter, Unavailable } from '../adapter.ts';
import { explain } from '../diagnosis/explain.ts';
import { defaultThreads } from '../threads.ts';
import { prepareEnvironment } from './environment.ts';
import { loadTensorFlow, type TensorFlow } from './load.ts';
import * as ops from './ops/index.ts';
import { openSlots } from './ops/in-place.ts';
import { findPackage, packageRelease, packages, type TensorFlowName } from './packages.ts';

/** The library of this process: it can have one, and its threads are those it was loaded with. */
let loaded: (TensorFlow & { readonly name: TensorFlowName; readonly threads: number }) | null = null;

/** TensorFlow's own library on the processor, where oneDNN computes. */
export const tensorflow: EngineAdapter = {
  name: 'tensorflow',
  ops,
  open: (options) => open('tensorflow', options.threads),
};

/** TensorFlow's own library on an NVIDIA GPU. */
export const cuda: EngineAdapter = {
  name: 'cuda',
  ops,
  async open({ threads }): Promise<Engine | Unavailable> {
    if (process.platform !== 'linux' && process.platform !== 'win32') {
      return { reason: `TensorFlow has no CUDA build for ${process.platform}`, remedy: 'Use another engine.' };
    }
    const opened = await open('cuda', threads);
    if (!('device' in opened) || loaded?.backend.isUsingGpuDevice) return opened;
    return {
      reason: 'TensorFlow finds no CUDA GPU',
      remedy: 'Check that nvidia-smi lists one and that CUDA 11.8 and cuDNN 8.6 are on the library path.',
    };
  },
};

async function open(name: TensorFlowName, threads = defaultThreads()): Promise<Engine | Unavailable> {
  if (loaded && loaded.name !== name) {
    return {
      reason: `this process has the library of the ${loaded.name} engine, and there is room for one`,
      remedy: 'Open it in a process of its own.',
    };
  }
  if (!loaded) {
    const failure = await load(name, threads);
    if (failure) return failure;
  }
  await tf.setBackend('tensorflow');
  return describe(loaded!);
}

/** Loads the library and makes its backend known, or says what keeps it from that. */
async function load(name: TensorFlowName, threads: number): Promise<Unavailable | null> {
  const command = `sluice engine install ${name}`;
  try {
    const found = findPackage(name);
    if (!found) return { reason: `the package ${packages[name]} is not installed`, remedy: `Run: ${command}` };
    requireRelease(found.folder);
    prepareEnvironment(threads);
    loaded = { ...loadTensorFlow(found, packages[name]), name, threads };
  } catch (error) {
    const remedy = explain(error, command)?.remedy ?? `Run "${command}" again.`;
    return { reason: `${packages[name]} does not load: ${messageOf(error)}`, remedy };
  }
  const { backend } = loaded;
  tf.registerBackend('tensorflow', () => backend);
  await tf.setBackend('tensorflow');
  openSlots();
  return null;
}

function requireRelease(folder: string): void {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown };
  if (String(version).startsWith(packageRelease)) return;
  throw new Error(`${folder} has version ${String(version)}, and ${packageRelease}x is what this engine knows`);
}

function describe({ name, version, backend, threads }: NonNullable<typeof loaded>): Engine {
  if (backend.isUsingGpuDevice) return { name, device: 'NVIDIA GPU', detail: `TensorFlow ${version}, CUDA`, threads };
  const device = cpus()[0]?.model.trim() || process.arch;
  return { name, device, detail: `TensorFlow ${version}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`, threads };
}
