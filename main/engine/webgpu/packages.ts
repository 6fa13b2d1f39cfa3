import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { codeOf } from '../../errors.ts';
import { engineFolder } from '../installed.ts';

/** Neither is a dependency: Dawn, the WebGPU of Chromium, for Node, and the backend that runs on it. */
export const dawnPackage: string = 'webgpu';
export const backendPackage: string = '@tensorflow/tfjs-backend-webgpu';

export interface Dawn {
  create(flags: string[]): GPU;
  /** Classes and constants that a browser has on its global object. */
  readonly globals: object;
}

export type BackendPackage = typeof import('@tensorflow/tfjs-backend-webgpu');

/** Dawn, from where Sluice's own packages are or from the engines' folder. Throws what import throws. */
export async function loadDawn(): Promise<Dawn> {
  return (await load(dawnPackage, async (folder) => {
    const entry = join(folder, 'node_modules', dawnPackage, 'index.js');
    return import(pathToFileURL(entry).href) as Promise<unknown>;
  })) as Dawn;
}

/**
 * The backend, on Sluice's own instance of tfjs-core: one that is installed has a stand-in for that package, which gives
 * what stands on the global object.
 */
export async function loadBackend(): Promise<BackendPackage> {
  Object.assign(globalThis, { [Symbol.for('sluice.tfjs-core')]: tf });
  return (await load(backendPackage, (folder) =>
    Promise.resolve(createRequire(join(folder, 'x.js'))(backendPackage)),
  )) as BackendPackage;
}

async function load(name: string, fromEngines: (folder: string) => Promise<unknown>): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    return fromEngines(engineFolder('webgpu'));
  }
}

/** Whether the package is not installed, rather than something it needs. */
export function isMissing(error: unknown, name: string): boolean {
  const code = codeOf(error);
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && (error as Error).message.includes(name);
}
