import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { engineFolder } from '../installed.ts';

/** The engines that compute with TensorFlow's library. */
export type TensorFlowName = 'cuda' | 'tensorflow';

/** The packages that bring it: the same code, built for one device or the other. */
export const packages: Readonly<Record<TensorFlowName, string>> = {
  cuda: '@tensorflow/tfjs-node-gpu',
  tensorflow: '@tensorflow/tfjs-node',
};

/** The release whose kernels and addon this engine knows; patches of it are as good. */
export const packageRelease = '4.22.';

/** The folder of an engine's package: of the engine as it was installed, else of the app's own node_modules. Null for none. */
export function packageFolder(name: TensorFlowName): string | null {
  const installed = engineFolder(name);
  if (existsSync(join(installed, 'engine.json'))) return join(installed, 'node_modules', packages[name]);
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packages[name]}/package.json`));
  } catch {
    return null;
  }
}
