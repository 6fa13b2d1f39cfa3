import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { engineFolder, installedEngine } from '../installed.ts';

/** The engines that compute with TensorFlow's library. */
export type TensorFlowName = 'cuda' | 'tensorflow';

/** The packages that bring it: the same code, built for one device or the other. */
export const packages: Readonly<Record<TensorFlowName, string>> = {
  cuda: '@tensorflow/tfjs-node-gpu',
  tensorflow: '@tensorflow/tfjs-node',
};

/** The release whose kernels and addon this engine knows; patches of it are as good. */
export const packageRelease = '4.22.';

export interface Package {
  readonly folder: string;
  /** Libraries to load before the addon, in this order. */
  readonly preload: readonly string[];
}

/** An engine's package: of the engine as it was installed, else of the app's own node_modules. Null for none. */
export function findPackage(name: TensorFlowName): Package | null {
  const installed = installedEngine(name);
  if (installed) {
    if ('damaged' in installed)
      throw new Error(`engine.json in ${engineFolder(name)} is damaged: ${installed.damaged}`);
    return { folder: join(engineFolder(name), 'node_modules', packages[name]), preload: installed.preload };
  }
  try {
    return { folder: dirname(createRequire(import.meta.url).resolve(`${packages[name]}/package.json`)), preload: [] };
  } catch {
    return null;
  }
}
